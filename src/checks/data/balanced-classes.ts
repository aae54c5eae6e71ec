import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type Labels, readLabels } from '../../statistics/label-kind.js'
import { binomialAtMost } from '../../statistics/probability.js'
import { plural, type Table, tablesOf } from '../../statistics/tables.js'
import { assertExamples, countExamples, describe, tensorsOf } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type Cause, type CheckResult, skippedResult } from '../result.js'

export interface BalancedClassesOptions extends CheckOptions {
  /**
   * The rarest class must have at least this share of the examples of the most frequent one. Default 0.1: the KEEL
   * repository calls data sets with more than nine to one highly imbalanced.
   */
  minRatio?: number
}

/** Frequencies of the classes of one output. */
interface Frequencies {
  name: string
  /** Weighted by sampleWeight and classWeight, where given: what the loss sees. */
  weights: number[]
  counts: number[]
  rows: number
  what: string
}

const defaultRatio = 0.1
/** A smaller ratio must be no accident of few examples: a chance of 1e-4 shared by the classes. */
const accident = 1e-4

/**
 * The rarest class has at least `minRatio` times the examples of the most frequent one, and every class of the
 * one-hot depth has any. Class and sample weights count as examples: imbalance that is compensated passes.
 */
export async function checkBalancedClasses(
  examples: Examples,
  options: BalancedClassesOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, minRatio = defaultRatio, task } = options
  if (!(minRatio > 0 && minRatio <= 1)) {
    throw new InvalidArgumentError('options.minRatio', describe(minRatio), 'a ratio above 0, up to 1')
  }
  assertExamples(examples, 'examples')
  const inputs = task ? [] : tablesOf('xs', examples.xs).filter(({ width }) => width > 1)
  const outputs = tablesOf('ys', examples.ys)
  const read = outputs.map((table) => readLabels(table, { inputs, ...(task && { task }) }))
  const found: Frequencies[] = []
  const reasons: string[] = []
  outputs.forEach((table, i) => {
    const labels = read[i]!
    if (labels.kind === 'numbers') reasons.push(`${table.name}: ${labels.why}`)
    else if (labels.rowsPerExample > 1 && options.minRatio === undefined) {
      reasons.push(
        `${table.name} has ${labels.rowsPerExample} labels per example: tokens and pixels are uneven by nature; give minRatio to check them`,
      )
    } else found.push(frequenciesOf(table, labels, examples, i))
  })
  if (found.length === 0) {
    return skippedResult({ check: 'balanced-classes', stage: 'data', reason: reasons.join('; '), seed })
  }
  const judged = found.map((one) => judge(one, minRatio))
  const worst = judged.reduce((a, b) => (b.ratio < a.ratio ? b : a))
  const failed = judged.filter(({ missing, rare }) => missing.length > 0 || rare)
  const { frequencies, rarest, most, ratio } = failed[0] ?? worst
  const { counts, what } = frequencies
  return {
    check: 'balanced-classes',
    stage: 'data',
    status: failed.length > 0 ? 'failed' : 'passed',
    summary:
      failed.length > 0
        ? failed.map(describeImbalance).join(' ')
        : `${counts.length} ${what} in ${frequencies.name}; the rarest (${rarest}) has ${counts[rarest]} examples, the most frequent (${most}) ${counts[most]}: ratio ${formatNumber(ratio)}.`,
    measured: { ratio, rarest: counts[rarest]!, mostFrequent: counts[most]!, classes: counts.length },
    expected: { ratio: `≥ ${formatNumber(minRatio)}` },
    causes: failed.map((one) => causeOf(one)),
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function frequenciesOf(
  table: Table,
  labels: Exclude<Labels, { kind: 'numbers' }>,
  examples: Examples,
  output: number,
): Frequencies {
  const given = examples.sampleWeight ? tensorsOf(examples.sampleWeight) : []
  const samples = (given[output] ?? given[0])?.dataSync()
  const total = countExamples(examples)
  const size = labels.kind === 'classes' ? labels.classes : labels.width
  const counts = new Array<number>(size).fill(0)
  const weights = new Array<number>(size).fill(0)
  const rows = total * labels.rowsPerExample
  const weigh = (row: number) => {
    const example = Math.floor(row / labels.rowsPerExample)
    return samples && samples.length >= total ? samples[Math.floor((example * samples.length) / total)]! : 1
  }
  for (let row = 0; row < rows; row++) {
    if (labels.kind === 'multilabel') {
      for (let k = 0; k < size; k++) {
        if (table.values[row * size + k] !== 1) continue
        counts[k]!++
        weights[k]! += weigh(row)
      }
    } else if (labels.form === 'soft') {
      for (let k = 0; k < size; k++) {
        const share = table.values[row * size + k]!
        counts[k]! += share
        weights[k]! += share * weigh(row) * (examples.classWeight?.[k] ?? 1)
      }
    } else {
      const k = labels.of[row]!
      counts[k]!++
      weights[k]! += weigh(row) * (examples.classWeight?.[k] ?? 1)
    }
  }
  return {
    name: table.name,
    counts,
    weights,
    rows,
    what: labels.kind === 'multilabel' ? 'labels' : 'classes',
  }
}

function judge(frequencies: Frequencies, minRatio: number) {
  const { counts, weights, rows } = frequencies
  const indices = counts.map((_, k) => k)
  const rarest = indices.reduce((a, b) => (weights[b]! < weights[a]! ? b : a))
  const most = indices.reduce((a, b) => (weights[b]! > weights[a]! ? b : a))
  const ratio = weights[most]! > 0 ? weights[rarest]! / weights[most]! : 0
  // Half the even share would leave none with this probability: e^(-rows / 2 classes).
  const missing =
    Math.exp(-rows / (2 * counts.length)) < accident ? indices.filter((k) => counts[k]! < 1e-9) : []
  // As large a gap or larger between two classes whose true ratio is minRatio; any two could have been looked at.
  const few = Math.round(Math.min(counts[rarest]!, counts[most]!))
  const both = Math.round(counts[rarest]! + counts[most]!)
  const compensation = (weights[rarest]! / counts[rarest]! || 1) / (weights[most]! / counts[most]! || 1)
  const trueRatio = Math.min(1, minRatio / compensation)
  const chance = binomialAtMost(few, both, trueRatio / (1 + trueRatio)) * counts.length
  const rare = ratio < minRatio && counts[rarest]! > 0 && chance < accident
  const absent = counts[rarest]! < 1e-9 && chance < accident
  return {
    frequencies,
    rarest,
    most,
    ratio,
    missing: missing.length > 0 ? missing : absent ? [rarest] : [],
    rare,
  }
}

function describeImbalance({ frequencies, rarest, most, ratio, missing }: ReturnType<typeof judge>): string {
  const { name, counts, rows, what } = frequencies
  const one = what === 'labels' ? 'Label' : 'Class'
  if (missing.length > 0) {
    return `${one} ${missing.slice(0, 6).join(', ')}${missing.length > 6 ? ' …' : ''} of the ${counts.length} in ${name} ${missing.length === 1 ? 'has' : 'have'} no example among ${rows}.`
  }
  return `${one} ${rarest} of ${name} has ${formatNumber(counts[rarest]!)} of ${plural(rows, 'example')}, ${one.toLowerCase()} ${most} has ${formatNumber(counts[most]!)}: ratio ${formatNumber(ratio)}.`
}

function causeOf({ frequencies, rarest, most, missing }: ReturnType<typeof judge>): Cause {
  const { counts, rows, what } = frequencies
  const one = what === 'labels' ? 'label' : 'class'
  if (missing.length > 0) {
    return {
      name: 'class-imbalance',
      evidence: `no example of ${one} ${missing.slice(0, 6).join(', ')}; ${one} ${most} has ${formatNumber(counts[most]!)}`,
      fix:
        counts.length > 2
          ? `if there is no such ${one}, the depth is wrong: tf.oneHot(labels, ${counts.length - missing.length}), or indices that start at 1; otherwise a filter or a split by order lost it: shuffle before splitting`
          : 'all examples are of one class: a filter or a split by order lost the other; shuffle before splitting',
    }
  }
  const guess = counts[most]! / rows
  return {
    name: 'class-imbalance',
    evidence: `${one} ${rarest} has ${formatNumber(counts[rarest]!)} examples, ${one} ${most} ${formatNumber(counts[most]!)}${what === 'classes' ? `: always answering ${most} has an accuracy of ${formatPercent(guess)}` : ''}`,
    fix: `weigh the rare ones (classWeight: { ${rarest}: ${formatNumber(Math.round(counts[most]! / Math.max(counts[rarest]!, 1)))} }), collect or oversample them, set the output bias to the class frequencies, and judge by recall or AUC, not by accuracy; if the data are meant so, set minRatio`,
  }
}
