import { mixSeed, permutation } from '../training/seed.js'

/** Rows to fit and rows to judge by, at most. */
const most = { fitted: 300, judged: 300 }
const ridges = [1e-3, 3e-2, 1]

/**
 * How well columns predict some targets in rows held out: the best score of kernel ridge regressions (Saunders,
 * Gammerman and Vovk, ICML 1998) with a straight, a quadratic and a Gaussian kernel and three ridges. The best is
 * chosen by the rows that judge, so that what the columns tell is overstated rather than understated.
 *
 * Columns and targets are arrays of one length, of mean 0 and deviation 1.
 */
export function bestHeldOut(
  columns: readonly Float64Array[],
  targets: readonly Float64Array[],
  score: (answers: readonly Float64Array[], rows: Int32Array) => number,
  seed: number,
): number {
  const order = permutation(columns[0]!.length, mixSeed(seed, 'held out'))
  const fitted = Math.min(most.fitted, Math.floor((2 * order.length) / 3))
  const used = order.subarray(0, fitted + most.judged)
  const judged = used.subarray(fitted)
  const products = productsOf(columns, used)
  const sizes = Float64Array.from(used.keys(), (i) => products[i]![i]!)
  let best = -Infinity
  for (const kernel of kernels) {
    const gram = products.map((row, i) => row.map((product, j) => kernel(product, sizes[i]!, sizes[j]!)))
    for (const ridge of ridges) {
      const factor = choleskyOf(gram, fitted, ridge)
      const answers = targets.map((target) => {
        const weights = solve(factor, target, used.subarray(0, fitted))
        return Float64Array.from(judged.keys(), (i) => dot(gram[fitted + i]!, weights))
      })
      best = Math.max(best, score(answers, judged))
    }
  }
  return best
}

/** Of the mean product of two rows, and those of each row with itself. */
type Kernel = (product: number, own: number, other: number) => number
const kernels: Kernel[] = [
  (product) => 1 + product,
  (product) => (1 + product) ** 2,
  // Rows of standardised columns lie √2 apart on this scale.
  (product, own, other) => 1 + Math.exp(product - (own + other) / 2),
]

/** Products of every row with the rows before it and itself; of the rows held out, those with the fitted ones count. */
function productsOf(columns: readonly Float64Array[], rows: Int32Array): Float64Array[] {
  const width = columns.length
  const points = Array.from(rows, (row) => Float64Array.from(columns, (column) => column[row]!))
  return points.map((point, i) =>
    Float64Array.from({ length: i + 1 }, (_, j) => dot(points[j]!, point) / width),
  )
}

/** Over the length of `b`. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The lower factor of the first `size` rows of a symmetric matrix, `ridge` added to its diagonal. */
function choleskyOf(matrix: readonly Float64Array[], size: number, ridge: number): Float64Array[] {
  const factor: Float64Array[] = []
  for (let i = 0; i < size; i++) {
    const row = new Float64Array(i + 1)
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : factor[j]!
      let sum = matrix[i]![j]! + (i === j ? ridge : 0)
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!
      row[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / other[j]!
    }
    factor.push(row)
  }
  return factor
}

function solve(factor: readonly Float64Array[], target: Float64Array, rows: Int32Array): Float64Array {
  const x = Float64Array.from(rows, (row) => target[row]!)
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!
    x[i]! /= factor[i]![i]!
  }
  for (let i = x.length - 1; i >= 0; i--) {
    x[i]! /= factor[i]![i]!
    for (let k = 0; k < i; k++) x[k]! -= factor[i]![k]! * x[i]!
  }
  return x
}
