import { formatNumber } from '../../figures/number.js'
import { readLabels } from '../../statistics/label-kind.js'
import { isLagOf } from '../../statistics/lag.js'
import { sampleRows } from '../../statistics/neighbours.js'
import { featureName, listFirst, type Table, tablesOf } from '../../statistics/tables.js'
import { classToldByOne, numberToldByOne } from '../../statistics/told-by-one-column.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'
import { copiedInputs } from './copied-inputs.js'

export interface TargetLeakOptions extends CheckOptions {
  /**
   * Numbers: count only columns that hold the target itself, in these or other units (a straight line), not other
   * monotone functions of it. Default false. A whole recipe asks for it, since a rule without noise in one column
   * (y = x²) is an honest task too.
   */
  identical?: boolean
  /** The axis of time of a causal model: its targets must not be inputs that it has been given by then. */
  causal?: { axis: number }
}

const leastRows = 30
const widestWindow = 512
const mostRows = 5000
/** For columns with noise, which others are weighed against: rows at least, and at most. */
const noisy = { leastRows: 50, mostRows: 1000 }
/** Numbers: the rank correlation of a copy, and of what may be an honest feature. */
const ranks = { copy: 0.9999, honest: 0.99, leastDistinct: 20 }
/** Classes: deviation within a class as a share of the gap between classes; a code, and any honest feature. */
const codes = { copy: 1e-3, honest: 0.02 }

interface Match {
  table: Table
  feature: number
  output: string
  what: string
  strength: number
  /** Columns with noise: what was compared, on how many examples. */
  compared?: { text: string; examples: number }
}

/**
 * No feature is the label in another guise: a copy, a monotone function of the target, a code of the class, any of
 * them with a little noise (single columns that tell too much: Kaufman et al., ACM TKDD 6, 2012). Only
 * tables of rank 2 with several columns, and only while the other columns do nothing of the kind: data that one
 * rule made, such as a copied bit or well separated classes, are no leak.
 */
export async function checkTargetLeak(
  train: Examples,
  options: TargetLeakOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, identical = false, causal } = options
  assertExamples(train, 'train')
  const inputs = tablesOf('xs', train.xs)
  const tables = inputs.filter(({ shape }) => shape.length === 2)
  /** A window of a series, each step a column: for numbers, whose copies are exact. */
  const windows = inputs.filter(({ shape, width }) => shape.length === 3 && width <= widestWindow)
  const columns = columnsOf(tables)
  const steps = columnsOf(windows)
  const rows = inputs[0]!.rows
  const copied = causal && inputs.length === 1 ? copiedInputs(train, causal.axis) : undefined
  if (copied) return { ...copied, seed, seconds: (performance.now() - started) / 1000 }
  const skip = (reason: string) => skippedResult({ check: 'target-leak', stage: 'data', reason, seed })
  if (columns.length + steps.length < 2) return skip('the inputs are no table of several features')
  if (rows < leastRows) return skip(`${rows} examples are too few: a feature may fit them by chance`)
  const picked = sampleRows(rows, mostRows, seed)
  const found: Match[] = []
  let looked = 0
  const outputs = tablesOf('ys', train.ys)
  for (const output of outputs) {
    const labels = readLabels(output, { inputs, task: options.task })
    if (labels.kind === 'classes' && labels.rowsPerExample === 1) {
      if (columns.length < 2) continue
      looked++
      const codes = classCodes(columns, labels.of, labels.classes, picked, output.name)
      found.push(...(codes.length > 0 ? codes : noisyCode(columns, labels.of, output.name, seed)))
    } else if (
      labels.kind === 'numbers' &&
      // One of several outputs may honestly repeat an input, as an auxiliary task.
      !(identical && outputs.length > 1) &&
      output.width <= 8 &&
      output.shape.length <= 2 &&
      !labels.why.includes('the inputs')
    ) {
      looked++
      for (let k = 0; k < output.width; k++)
        found.push(
          ...monotone(columns, output, k, picked, identical),
          ...monotone(steps, output, k, picked, true),
        )
      // Of several numbers, one may honestly follow from its own last state.
      if (found.length === 0 && outputs.length === 1 && output.width === 1)
        found.push(...noisyCopy(columns, output, seed))
    }
  }
  if (looked === 0) return skip('no output has a class or a few numbers for each example')
  return {
    check: 'target-leak',
    stage: 'data',
    status: found.length === 0 ? 'passed' : 'failed',
    summary:
      found.length === 0
        ? `None of ${columns.length + steps.length} features is the label in another guise.`
        : `${found
            .map(
              ({ table, feature, output, what }) =>
                `${capital(featureName(table, feature))} ${what} ${output}`,
            )
            .slice(0, 3)
            .join('; ')}.`,
    measured: { leaking: found.length, features: columns.length + steps.length },
    expected: { leaking: 0 },
    causes:
      found.length === 0
        ? []
        : [
            {
              name: 'target-leak',
              evidence: `${listFirst(
                found.map(
                  ({ table, feature, what, strength, output, compared }) =>
                    `${featureName(table, feature)} ${what} ${output} (${compared?.text ?? formatNumber(strength)})`,
                ),
                3,
              )} in ${Math.min(...found.map(({ compared }) => compared?.examples ?? picked.length))} examples; no other feature comes near`,
              fix: 'remove the column: it will not be there, or not be known, when the model is used. See how the columns were split into inputs and labels (an index off by one, a label column kept in the table)',
            },
          ],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)

type Column = { table: Table; feature: number }

const columnsOf = (tables: readonly Table[]): Column[] =>
  tables.flatMap((table) => Array.from({ length: table.width }, (_, feature) => ({ table, feature })))

/** Columns with one value, or a narrow range of its own, for each class; or, together, an indicator for each. */
function classCodes(
  columns: readonly Column[],
  of: Int32Array,
  classes: number,
  picked: Int32Array,
  output: string,
): Match[] {
  const widths = columns.map(({ table, feature }) => {
    const sums = new Float64Array(classes)
    const squares = new Float64Array(classes)
    const counts = new Float64Array(classes)
    for (const row of picked) {
      const value = table.values[row * table.width + feature]!
      const label = of[row]!
      counts[label]!++
      sums[label]! += value
      squares[label]! += value * value
    }
    const present = Array.from(counts.keys()).filter((k) => counts[k]! > 0)
    if (present.length < 2 || present.some((k) => counts[k]! < 3)) return { gap: Infinity, indicator: -1 }
    const means = present.map((k) => sums[k]! / counts[k]!).sort((a, b) => a - b)
    const within = Math.sqrt(
      Math.max(...present.map((k) => Math.max(0, squares[k]! / counts[k]! - (sums[k]! / counts[k]!) ** 2))),
    )
    const gaps = means.slice(1).map((mean, i) => mean - means[i]!)
    const scale = Math.abs(means.at(-1)! - means[0]!)
    const gap = Math.min(...gaps)
    const ones = present.filter((k) => sums[k]! / counts[k]! === 1)
    const indicator =
      present.length > 2 && within < 1e-9 && ones.length === 1 && means.at(-2) === 0 ? ones[0]! : -1
    return { gap: gap > 1e-6 * scale && gap > 0 ? within / gap : Infinity, indicator }
  })
  const matches = (what: string, which: number[]): Match[] =>
    which.map((i) => ({ ...columns[i]!, output, what, strength: Math.min(1, 1 - widths[i]!.gap || 1) }))
  const indicators = new Set(widths.map(({ indicator }) => indicator).filter((k) => k >= 0))
  if (classes > 2 && indicators.size === classes) {
    const which = widths.flatMap(({ indicator }, i) => (indicator >= 0 ? [i] : []))
    if (which.length < columns.length)
      return matches('is 1 for one class only of', which).map((m) => ({ ...m, strength: 1 }))
  }
  const copies = widths.flatMap(({ gap }, i) => (gap <= codes.copy ? [i] : []))
  const near = widths.filter(({ gap }) => gap <= codes.honest).length
  // Several such columns: the classes are far apart, or one rule made them all.
  if (copies.length === 0 || copies.length > 2 || near > copies.length || copies.length === columns.length)
    return []
  return matches('gives away the class of', copies)
}

/** A column that holds a narrow range for each class, which the others together do not tell. */
function noisyCode(columns: readonly Column[], of: Int32Array, output: string, seed: number): Match[] {
  if (columns.length < 2 || of.length < noisy.leastRows) return []
  const rows = sampleRows(of.length, noisy.mostRows, seed)
  const lone = classToldByOne(
    valuesOf(columns, rows),
    rows.map((row) => of[row]!),
    seed,
  )
  if (!lone) return []
  const text = `means ${formatNumber(lone.own)} deviations apart; all other columns together tell a class at best with an area under the curve of ${formatNumber(lone.rest)}`
  return [
    {
      ...columns[lone.column]!,
      output,
      what: 'has a range of its own for each class of',
      strength: lone.own,
      compared: { text, examples: rows.length },
    },
  ]
}

/** A column that is the target in other units but for noise, which the others together do not tell. */
function noisyCopy(columns: readonly Column[], output: Table, seed: number): Match[] {
  if (columns.length < 2 || output.rows < noisy.leastRows) return []
  const rows = sampleRows(output.rows, noisy.mostRows, seed)
  const target = Float64Array.from(rows, (row) => output.values[row]!)
  if (new Set(target).size < ranks.leastDistinct) return []
  const lone = numberToldByOne(valuesOf(columns, rows), target, seed)
  if (!lone) return []
  const all = Int32Array.from({ length: output.rows }, (_, row) => row)
  const [values, targets] = valuesOf([columns[lone.column]!, { table: output, feature: 0 }], all)
  if (isLagOf(values!, targets!)) return []
  const text = `a straight line leaves ${formatNumber(1 - lone.own)} of the variance, and that is noise; all other columns together leave ${formatNumber(1 - lone.rest)}`
  return [
    {
      ...columns[lone.column]!,
      output: output.name,
      what: 'is, but for a little noise,',
      strength: lone.own,
      compared: { text, examples: rows.length },
    },
  ]
}

const valuesOf = (columns: readonly Column[], rows: Int32Array): Float64Array[] =>
  columns.map(({ table, feature }) =>
    Float64Array.from(rows, (row) => table.values[row * table.width + feature]!),
  )

function monotone(
  columns: readonly Column[],
  output: Table,
  k: number,
  picked: Int32Array,
  identical: boolean,
): Match[] {
  const target = rankOf(picked, (row) => output.values[row * output.width + k]!)
  if (target.distinct < ranks.leastDistinct) return []
  const correlations = columns.map(({ table, feature }) => {
    const own = rankOf(picked, (row) => table.values[row * table.width + feature]!)
    return own.distinct < ranks.leastDistinct ? 0 : correlation(own.ranks, target.ranks)
  })
  const copies = correlations.flatMap((value, i) => (Math.abs(value) >= ranks.copy ? [i] : []))
  const near = correlations.filter((value) => Math.abs(value) >= ranks.honest).length
  if (copies.length === 0 || near > copies.length || copies.length === columns.length || copies.length > 2)
    return []
  const output1 = output.width > 1 ? `column ${k} of ${output.name}` : output.name
  const holdsTarget = ({ table, feature }: Column) =>
    isStraightLine(
      Float64Array.from(picked, (row) => table.values[row * table.width + feature]!),
      Float64Array.from(picked, (row) => output.values[row * output.width + k]!),
    )
  const counted = identical ? copies.filter((i) => holdsTarget(columns[i]!)) : copies
  return counted.map((i) => ({
    ...columns[i]!,
    output: output1,
    what: 'has the rank correlation of a copy with',
    strength: correlations[i]!,
  }))
}

/** One is the other in other units: what remains beside the straight line is rounding. */
function isStraightLine(x: Float64Array, y: Float64Array): boolean {
  const means = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]! - means[0]!, y[i]! - means[1]!]
    xy += a * b
    xx += a * a
    yy += b * b
  }
  return xx > 0 && yy > 0 && 1 - xy ** 2 / (xx * yy) < 1e-6
}

function rankOf(rows: Int32Array, at: (row: number) => number): { ranks: Float64Array; distinct: number } {
  const values = Float64Array.from(rows, at)
  const order = Int32Array.from(rows.keys()).sort((a, b) => values[a]! - values[b]!)
  const ranked = new Float64Array(rows.length)
  let distinct = 0
  for (let start = 0; start < order.length; distinct++) {
    let end = start
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++
    for (let i = start; i <= end; i++) ranked[order[i]!] = (start + end) / 2
    start = end + 1
  }
  return { ranks: ranked, distinct }
}

function correlation(a: Float64Array, b: Float64Array): number {
  const center = (a.length - 1) / 2
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - center, b[i]! - center]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}
