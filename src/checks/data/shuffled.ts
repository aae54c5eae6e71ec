import { formatNumber, formatPercent } from '../../figures/number.js'
import { classesOf, readLabels } from '../../statistics/label-kind.js'
import { type Table, tablesOf } from '../../statistics/tables.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface ShuffledOptions extends CheckOptions {
  /** Examples per step: what a batch in this order holds is told. Default 32. */
  batchSize?: number
}

/** One-sided 1e-6 of the normal approximation, which holds to a few percent from 30 examples on. */
const leastScore = 4.75
/** And the order must matter: this share of the way from no order to perfectly sorted. */
const leastOrder = 0.3

/**
 * The order of the examples says nothing about their labels. Neighbours with the same class are counted and
 * compared with their number under random order, whose mean and variance are exact (Wald and Wolfowitz 1940, Mood
 * 1940); for numbers, the correlation of neighbours.
 */
export async function checkShuffled(train: Examples, options: ShuffledOptions = {}): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, batchSize = 32 } = options
  assertCounts({ batchSize })
  assertExamples(train, 'train')
  const inputs = tablesOf('xs', train.xs)
  const outputs = tablesOf('ys', train.ys)
  const rows = outputs[0]!.rows
  const skip = (reason: string) => skippedResult({ check: 'shuffled-data', stage: 'data', reason, seed })
  if (rows < 30) return skip(`${rows} examples are too few to tell an order`)
  const classes = classesOf(outputs, inputs, options.task)
  const numbers = outputs.find(
    (table) => table.width === 1 && readLabels(table, { inputs, task: options.task }).kind === 'numbers',
  )
  if (!classes && !numbers) return skip('no output has one class or number for each example')
  const { order, score } = classes ? orderOfClasses(classes.of, classes.classes) : orderOfNumbers(numbers!)
  const failed = score > leastScore && order > leastOrder
  const held = classes && classesPerBatch(classes.of, batchSize)
  const shuffledHeld = classes && expectedPerBatch(classes.of, classes.classes, Math.min(batchSize, rows))
  const evidence = classes
    ? `a batch of ${Math.min(batchSize, rows)} in this order holds ${formatNumber(held!)} of ${classes.classes} classes on average; shuffled, it would hold ${formatNumber(shuffledHeld!)}`
    : `the targets of neighbouring examples have correlation ${formatNumber(order)}; shuffled, about 0`
  return {
    check: 'shuffled-data',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: failed
      ? `The examples are in the order of their labels: ${evidence}.`
      : `The order of the examples does not depend on their labels (${formatPercent(Math.max(0, order))} of the way to sorted).`,
    measured: { order, standardDeviations: score },
    expected: { order: `≤ ${leastOrder}` },
    causes: failed
      ? [
          {
            name: 'unshuffled-data',
            evidence,
            fix: 'shuffle inputs and labels together once, before splitting: validationSplit takes the last examples, which here are of few classes; tf.data needs a shuffle buffer as large as the data. A series in time keeps its order: shuffle: false in the recipe, and this check does not apply',
          },
        ]
      : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Pairs of neighbours of the same class: exact mean and variance under all orders. */
function orderOfClasses(of: Int32Array, classes: number): { order: number; score: number } {
  const n = of.length
  const counts = new Float64Array(classes)
  for (const label of of) counts[label]!++
  let same = 0
  for (let i = 1; i < n; i++) if (of[i] === of[i - 1]) same++
  const power = (p: number) => counts.reduce((sum, count) => sum + count ** p, 0)
  // Mood 1940: mean and variance of the number of runs, n minus the number of equal neighbours.
  const mean = (n * (n + 1) - power(2)) / n
  const variance = (power(2) * (power(2) + n * (n + 1)) - 2 * n * power(3) - n ** 3) / (n * n * (n - 1))
  const runs = n - same
  const present = counts.filter((count) => count > 0).length
  if (variance <= 0 || mean <= present) return { order: 0, score: 0 }
  return { order: (mean - runs) / (mean - present), score: (mean - runs) / Math.sqrt(variance) }
}

/** Correlation of neighbours by rank, so that no single value decides. */
function orderOfNumbers({ values, rows }: Table): { order: number; score: number } {
  const sorted = Array.from({ length: rows }, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(rows)
  for (let start = 0; start < rows; ) {
    let end = start
    while (end + 1 < rows && values[sorted[end + 1]!] === values[sorted[start]!]) end++
    for (let i = start; i <= end; i++) ranks[sorted[i]!] = (start + end) / 2
    start = end + 1
  }
  const center = (rows - 1) / 2
  let [products, squares] = [0, 0]
  for (let i = 0; i < rows; i++) {
    squares += (ranks[i]! - center) ** 2
    if (i > 0) products += (ranks[i]! - center) * (ranks[i - 1]! - center)
  }
  const order = squares > 0 ? products / squares : 0
  return { order, score: (order + 1 / rows) * Math.sqrt(rows) }
}

function classesPerBatch(of: Int32Array, batchSize: number): number {
  let [sum, batches] = [0, 0]
  for (let start = 0; start < of.length; start += batchSize) {
    if (of.length - start < batchSize && batches > 0) break
    sum += new Set(of.subarray(start, start + batchSize)).size
    batches++
  }
  return sum / batches
}

/** Expected number of classes in a batch drawn at random. */
function expectedPerBatch(of: Int32Array, classes: number, batchSize: number): number {
  const counts = new Float64Array(classes)
  for (const label of of) counts[label]!++
  return counts.reduce((sum, count) => sum + 1 - (1 - count / of.length) ** batchSize, 0)
}
