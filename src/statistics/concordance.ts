import type { Rows } from './losses.js'

/** How far predictions put examples in the order of their labels, whatever the link between the two. */
export interface Concordance {
  /**
   * Somers' D (1962): of two examples with different labels, the chance that the prediction is the greater for the
   * greater label, less that of the reverse. 1 in order, -1 in reverse, 0 unrelated; 2 AUC - 1 for two classes.
   */
  order: number
  /** `order` over its standard error when unrelated. */
  certainty: number
}

/** The order of predictions by that of labels, a mean over the columns; undefined where they do not correspond. */
export function concordanceOf(labels: Rows, predictions: Rows): Concordance | undefined {
  if (labels.rows !== predictions.rows || labels.width !== predictions.width) return undefined
  const columns: Concordance[] = []
  for (let k = 0; k < labels.width; k++) {
    const column = ofColumn(labels, predictions, k)
    if (column) columns.push(column)
  }
  if (columns.length === 0) return undefined
  return {
    order: columns.reduce((sum, { order }) => sum + order, 0) / columns.length,
    // Columns may go together: not more certain than the surest of them.
    certainty: columns.reduce((best, one) =>
      Math.abs(one.certainty) > Math.abs(best.certainty) ? one : best,
    ).certainty,
  }
}

/** Rows compared with each other: all of them up to this many. */
const mostRows = 1024

function ofColumn(labels: Rows, predictions: Rows, column: number): Concordance | undefined {
  const rows = Math.min(labels.rows, mostRows)
  const counts = new Map<number, number>()
  let [pairs, balance] = [0, 0]
  const at = ({ values, width }: Rows, row: number) => values[row * width + column]!
  for (let i = 0; i < rows; i++) {
    const label = at(labels, i)
    counts.set(label, (counts.get(label) ?? 0) + 1)
    for (let j = 0; j < i; j++) {
      const difference = Math.sign(label - at(labels, j))
      if (difference === 0) continue
      pairs++
      balance += difference * Math.sign(at(predictions, i) - at(predictions, j))
    }
  }
  if (pairs === 0) return undefined
  const order = balance / pairs
  return { order, certainty: order / nullError(rows, [...counts.values()]) }
}

/** The standard error of D under no relation (Kendall, 1970): the variance of the balance, ties in the labels counted. */
function nullError(rows: number, ties: readonly number[]): number {
  const term = (n: number) => n * (n - 1) * (2 * n + 5)
  const variance = (term(rows) - ties.reduce((sum, n) => sum + term(n), 0)) / 18
  const pairs = (rows * (rows - 1) - ties.reduce((sum, n) => sum + n * (n - 1), 0)) / 2
  return Math.sqrt(Math.max(variance, 1)) / pairs
}
