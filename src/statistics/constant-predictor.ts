import { type LossKind, lossOfRows, meanOfRows, type Rows } from './losses.js'

/**
 * The lowest mean loss that a prediction independent of the inputs can have on these labels: entropy of the
 * class frequencies for cross-entropies, variance for the squared error, mean distance from the median for the
 * absolute error. (Karpathy's input-independent baseline, in closed form.)
 */
export function bestConstantLoss(kind: LossKind, labels: Rows): number {
  return meanOfRows(lossOfRows(kind, labels, bestConstant(kind, labels)), labels.weights)
}

/**
 * The lowest mean loss any function of the inputs can have on these examples: examples with identical inputs
 * must share one prediction (`groups[i]` is equal for identical inputs), and soft labels have an entropy of
 * their own. 0 for hard labels and distinct inputs.
 */
export function lossFloor(kind: LossKind, labels: Rows, groups: ArrayLike<number>): number {
  const members = new Map<number, number[]>()
  for (let i = 0; i < labels.rows; i++) {
    const group = groups[i]!
    const list = members.get(group)
    if (list) list.push(i)
    else members.set(group, [i])
  }
  let sum = 0
  for (const rows of members.values()) sum += rows.length * bestConstantLoss(kind, selectRows(labels, rows))
  return sum / labels.rows
}

function selectRows({ values, width, weights }: Rows, rows: number[]): Rows {
  const selected = new Float64Array(rows.length * width)
  rows.forEach((row, i) => {
    for (let k = 0; k < width; k++) selected[i * width + k] = values[row * width + k]!
  })
  return {
    values: selected,
    rows: rows.length,
    width,
    ...(weights && { weights: rows.map((row) => weights[row]!) }),
  }
}

/** The prediction that minimises the mean loss on these labels, as a single row. */
export function bestConstant(kind: LossKind, labels: Rows): Rows {
  const { width } = labels
  const means = columnMeans(labels)
  const constant = (values: ArrayLike<number>): Rows => ({ values, rows: 1, width })
  switch (kind) {
    case 'categoricalCrossentropy':
    case 'kullbackLeiblerDivergence':
    case 'binaryCrossentropy':
    case 'meanSquaredError':
    case 'poisson':
      return constant(means)
    case 'softmaxCrossEntropy':
      return constant(means.map((p) => Math.log(Math.max(p, 1e-12))))
    case 'sigmoidCrossEntropy':
      return constant(means.map((p) => Math.log(Math.max(p, 1e-12) / Math.max(1 - p, 1e-12))))
    case 'categoricalHinge': {
      // Linear in the prediction between its kinks: either no class stands out, or the most frequent by 1.
      const largest = means.indexOf(Math.max(...means))
      const candidates = [
        constant(new Float64Array(width)),
        constant(means.map((_, k) => (k === largest ? 1 : 0))),
      ]
      const losses = candidates.map((one) => meanOfRows(lossOfRows(kind, labels, one), labels.weights))
      return candidates[losses[0]! <= losses[1]! ? 0 : 1]!
    }
    case 'cosineProximity':
      return constant(meanDirection(labels))
    default:
      return constant(means.map((_, k) => minimizeColumn(kind, column(labels, k))))
  }
}

function columnMeans({ values, rows, width, weights }: Rows): Float64Array {
  const sums = new Float64Array(width)
  let total = 0
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1
    total += weight
    for (let k = 0; k < width; k++) sums[k]! += weight * values[i * width + k]!
  }
  return total > 0 ? sums.map((sum) => sum / total) : sums
}

function column({ values, rows, width, weights }: Rows, k: number): Rows {
  const selected = Float64Array.from({ length: rows }, (_, i) => values[i * width + k]!)
  return { values: selected, rows, width: 1, ...(weights && { weights }) }
}

/** The other elementwise losses are convex in a constant prediction: golden-section search between the labels. */
function minimizeColumn(kind: LossKind, labels: Rows): number {
  const at = (p: number) =>
    meanOfRows(lossOfRows(kind, labels, { values: [p], rows: 1, width: 1 }), labels.weights)
  const golden = (Math.sqrt(5) - 1) / 2
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < labels.rows; i++) {
    low = Math.min(low, labels.values[i]!)
    high = Math.max(high, labels.values[i]!)
  }
  for (let i = 0; i < 60 && high - low > 1e-9 * (1 + Math.abs(high)); i++) {
    const a = high - golden * (high - low)
    const b = low + golden * (high - low)
    if (at(a) <= at(b)) high = b
    else low = a
  }
  return (low + high) / 2
}

/** The mean of the labels' directions: the constant with the greatest mean cosine. */
function meanDirection({ values, rows, width, weights }: Rows): Float64Array {
  const sum = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    let norm = 0
    for (let k = 0; k < width; k++) norm += values[i * width + k]! ** 2
    const scale = (weights ? weights[i]! : 1) / (Math.sqrt(norm) || 1)
    for (let k = 0; k < width; k++) sum[k]! += values[i * width + k]! * scale
  }
  return sum
}
