import type { Examples } from '../training/trainable.js'
import { readLabels } from './label-kind.js'
import { nearest } from './nearest.js'
import { pointsOf, sampleRows } from './neighbours.js'
import { agreementOfClasses, agreementOfNumbers, type PairAgreement } from './pair-agreement.js'
import { tablesOf } from './tables.js'

/** Whether inputs tell anything of the labels: how far nearest neighbours agree in them, beyond any two examples. */
export interface Agreement extends PairAgreement {
  /** In words, with the numbers. */
  evidence: string
}

const mostExamples = 1000
const fewest = 30

/** Undefined where there are neither classes nor numbers, one per example, or too few examples to tell. */
export function neighbourAgreement(
  { xs, ys }: Examples,
  { seed = 0, most = mostExamples }: { seed?: number; most?: number } = {},
): Agreement | undefined {
  const inputs = tablesOf('xs', xs)
  const count = inputs[0]!.rows
  if (count < fewest) return undefined
  for (const table of tablesOf('ys', ys)) {
    const labels = readLabels(table, { inputs })
    const rows = sampleRows(count, most, seed)
    const numbers = labels.kind === 'numbers' && table.width <= 8
    const classes = labels.kind === 'classes' && labels.rowsPerExample === 1 ? labels.of : undefined
    if (!numbers && !classes) continue
    const points = pointsOf(inputs, rows, seed)
    const neighbours = nearest(points, points, 1)
    const own = Float64Array.from(rows, (row) => classes?.[row] ?? table.values[row * table.width]!)
    const others = own.map((_, i) => own[neighbours[i]!]!)
    const agreement = classes ? agreementOfClasses(own, others) : agreementOfNumbers(own, others)
    return {
      ...agreement,
      evidence: `the ${classes ? 'labels' : 'targets'} of ${own.length} examples and of their nearest neighbours ${agreement.said}`,
    }
  }
  return undefined
}
