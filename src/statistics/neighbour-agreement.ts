import type { Examples } from '../training/trainable.js'
import { readLabels } from './label-kind.js'
import { nearest, pointsOf, sampleRows } from './neighbours.js'
import { type Table, tablesOf } from './tables.js'

/** How often examples share the class of their nearest neighbour, and how often any two do. */
export interface Agreement {
  examples: number
  agreement: number
  chance: number
  /** Standard error of the agreement, were it chance. */
  error: number
}

const most = 1000
const fewest = 30

/** Undefined where there are no classes, one per example, or too few examples to tell. */
export function neighbourAgreement({ xs, ys }: Examples, seed = 0): Agreement | undefined {
  const inputs = tablesOf('xs', xs)
  const classes = firstClasses(tablesOf('ys', ys), inputs)
  if (!classes || classes.length < fewest) return undefined
  const rows = sampleRows(classes.length, most, seed)
  const points = pointsOf(inputs, rows, seed)
  const neighbour = nearest(points, points, 1)
  const counts = new Map<number, number>()
  let agree = 0
  for (const [i, row] of rows.entries()) {
    const own = classes[row]!
    counts.set(own, (counts.get(own) ?? 0) + 1)
    if (own === classes[rows[neighbour[i]!]!]) agree++
  }
  const chance = [...counts.values()].reduce((sum, count) => sum + (count / rows.length) ** 2, 0)
  return {
    examples: rows.length,
    agreement: agree / rows.length,
    chance,
    error: Math.sqrt((chance * (1 - chance)) / rows.length),
  }
}

function firstClasses(outputs: readonly Table[], inputs: Table[]): Int32Array | undefined {
  for (const table of outputs) {
    const labels = readLabels(table, { inputs })
    if (labels.kind === 'classes' && labels.rowsPerExample === 1) return labels.of
  }
  return undefined
}
