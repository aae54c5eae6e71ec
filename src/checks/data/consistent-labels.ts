import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { repeatedRows } from '../../statistics/identical-rows.js'
import { classesOf, readLabels } from '../../statistics/label-kind.js'
import { findLabelNoise } from '../../statistics/label-noise.js'
import { pointsOf, sampleRows } from '../../statistics/neighbours.js'
import { nearRowsIn, repeatsIn } from '../../statistics/repeated-inputs.js'
import { plural, type Table, tablesOf } from '../../statistics/tables.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import { type Cause, type CheckResult, skippedResult } from '../result.js'

export interface ConsistentLabelsOptions extends CheckOptions {
  /** Share of the examples that may contradict others with the same inputs. Default 0. */
  maxShare?: number
  /** The most examples to estimate label noise on. Default 2000. */
  examples?: number
}

const leastExamples = 60
const mostClasses = 50

/**
 * Labels agree with each other. Exactly: identical (and nearly identical) inputs have the same label, unless
 * identical inputs are what chance gives, where labels may differ by nature. And by estimate: labels that their
 * neighbourhood, or a linear model, contradicts with confidence, at a rate that overlapping classes do not have.
 */
export function checkConsistentLabels(
  given: Examples,
  options: ConsistentLabelsOptions = {},
): Promise<CheckResult> {
  return remembered('consistent-labels', [], { ...options, given }, () => findContradictions(given, options))
}

async function findContradictions(given: Examples, options: ConsistentLabelsOptions): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, maxShare = 0, examples: most = 2000 } = options
  if (!(maxShare >= 0 && maxShare < 1)) {
    throw new InvalidArgumentError('options.maxShare', describe(maxShare), 'a share from 0 up to 1')
  }
  if (!(Number.isInteger(most) && most >= leastExamples)) {
    throw new InvalidArgumentError('options.examples', describe(most), `a whole number from ${leastExamples}`)
  }
  assertExamples(given, 'examples')
  const inputs = tablesOf('xs', given.xs)
  const outputs = tablesOf('ys', given.ys)
  const rows = inputs[0]!.rows
  const reconstructs = outputs.some((output) => {
    const labels = readLabels(output, { inputs, task: options.task })
    return (
      labels.kind === 'numbers' && output.width >= 16 && inputs.some(({ width }) => width === output.width)
    )
  })
  if (reconstructs) {
    const reason =
      'the targets have the shape of the inputs: reconstruction, without labels that could disagree'
    return skippedResult({ check: 'consistent-labels', stage: 'data', reason, seed })
  }
  const repeats = repeatsIn(given.xs)
  const same = labelEquality(outputs)
  const conflicts = repeatedRows(repeats.groups).filter(([first, ...others]) =>
    others.some((row) => !same(first!, row)),
  )
  const conflicting = conflicts.reduce((sum, group) => sum + group.length, 0)
  const natural = repeats.enumerable || repeats.pairs <= repeats.allowed
  const labels = classesOf(outputs, inputs, options.task)
  const near = labels ? nearRowsIn(given.xs, seed).pairs.filter(([a, b]) => !same(a, b)) : []
  const contradict = !natural && conflicting > maxShare * rows
  const nearlyContradict = near.length > maxShare * rows && near.length >= 3
  const picked = sampleRows(rows, most, seed)
  // Rows that repeat by nature have shares of labels, not wrong ones.
  const coarse = natural && repeats.distinct < 0.5 * rows
  const estimable = labels && !coarse && labels.classes <= mostClasses && picked.length >= leastExamples
  const of = estimable && Int32Array.from(picked, (row) => labels.of[row]!)
  const noise =
    of && new Set(of).size > 1
      ? findLabelNoise(pointsOf(inputs, picked, seed), of, labels.classes, seed)
      : undefined
  const causes: Cause[] = []
  const said: string[] = []
  if (contradict) {
    const [first] = conflicts
    said.push(
      `${plural(conflicting, 'example')} of ${rows} have the same inputs as others and another label: ${listConflicts(conflicts, labels?.of)}`,
    )
    causes.push({
      name: 'label-noise',
      evidence: `${plural(conflicts.length, 'group')} of identical inputs with different labels, such as the examples ${first!.slice(0, 4).join(' and ')}; so many identical inputs are no coincidence (${formatNumber(repeats.expected)} pairs expected, ${repeats.pairs} found)`,
      fix: 'no model can get both right: look at these examples, keep the right label, and find out how the labels came apart (two annotators, a join on the wrong key, inputs cut off before what tells them apart)',
    })
  }
  if (nearlyContradict) {
    said.push(
      `${plural(near.length, 'pair')} of nearly identical inputs with different labels: ${listConflicts(near, labels?.of)}`,
    )
    if (causes.length === 0)
      causes.push({
        name: 'label-noise',
        evidence: `${listConflicts(near, labels?.of)} are nearly the same and labelled differently`,
        fix: 'look at these pairs and correct the label that is wrong',
      })
  }
  if (noise?.alarm) {
    const shown = noise.suspects
      .slice(0, 5)
      .map(({ point, given, suggested }) => `${picked[point]} (labelled ${given}, looks like ${suggested})`)
    said.push(
      `About ${formatPercent(noise.rate)} of the labels are wrong, judging by ${picked.length} examples: ${shown.join(', ')}${noise.suspects.length > 5 ? ` and ${noise.suspects.length - 5} more` : ''}`,
    )
    causes.unshift({
      name: 'label-noise',
      evidence: `where ${whoIsSure(noise.model)} sure of the class, ${formatPercent(noise.rate)} of the labels disagree, nearly as many as where it is not (${formatPercent(noise.unsureRate)}): classes that merely overlap disagree where they meet, wrong labels everywhere`,
      fix: `look at the suspects first, the surest are listed; if they are right as labelled, xs and ys may be shifted against each other for some examples. Correct or drop them, or use label smoothing and early stopping`,
    })
  }
  if (contradict || nearlyContradict) {
    causes.push({
      name: 'duplicates',
      evidence: `${plural(rows - repeats.distinct, 'example')} of ${rows} repeat the inputs of others`,
      fix: 'remove copies before anything else (toHaveNoDuplicates lists them)',
    })
  }
  return {
    check: 'consistent-labels',
    stage: 'data',
    status: causes.length === 0 ? 'passed' : 'failed',
    summary:
      said.length > 0
        ? `${said.join('. ')}.`
        : `${conflicting === 0 ? 'No identical inputs have different labels' : `${plural(conflicting, 'example')} share inputs but not labels, as coarse inputs do`}${noise ? `; where ${whoIsSure(noise.model)} sure, ${formatPercent(noise.rate)} of the labels disagree (${picked.length} examples)` : ''}.`,
    measured: {
      contradicting: conflicting,
      nearContradicting: near.length,
      ...(noise && {
        noise: noise.rate,
        unsure: noise.unsureRate,
        suspects: noise.suspects.length,
        p: noise.p,
      }),
    },
    expected: {
      contradicting: maxShare > 0 ? `≤ ${formatNumber(maxShare * rows)}` : 0,
      ...(noise && { p: '≥ 1e-5' }),
    },
    causes,
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function whoIsSure(model: 'neighbours' | 'linear model'): string {
  return model === 'neighbours' ? 'the neighbours are' : 'a linear model is'
}

/** Whether two examples have the same labels; numbers may differ by a millionth of their range. */
function labelEquality(outputs: readonly Table[]): (a: number, b: number) => boolean {
  const slack = outputs.map(({ values, rows, width }) => {
    let [low, high] = [Infinity, -Infinity]
    for (let i = 0; i < rows * width; i++) {
      if (values[i]! < low) low = values[i]!
      if (values[i]! > high) high = values[i]!
    }
    return 1e-6 * (high - low)
  })
  return (a, b) =>
    outputs.every(({ values, width }, t) => {
      for (let k = 0; k < width; k++) {
        if (Math.abs(values[a * width + k]! - values[b * width + k]!) > slack[t]!) return false
      }
      return true
    })
}

/** "3 = 17 (classes 0 and 1), …" */
function listConflicts(groups: readonly (readonly number[])[], of: Int32Array | undefined): string {
  const shown = groups.slice(0, 4).map((rows) => {
    const classes = of ? [...new Set(rows.map((row) => of[row]!))].slice(0, 3) : []
    return `examples ${rows.slice(0, 4).join(' = ')}${classes.length > 1 ? ` (classes ${classes.join(' and ')})` : ''}`
  })
  return `${shown.join(', ')}${groups.length > 4 ? ` and ${groups.length - 4} more` : ''}`
}
