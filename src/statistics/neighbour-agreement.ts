import { formatNumber, formatPercent } from '../figures/number.js'
import type { Examples } from '../training/trainable.js'
import { readLabels } from './label-kind.js'
import { nearest, pointsOf, sampleRows } from './neighbours.js'
import { tablesOf } from './tables.js'

/** Whether inputs tell anything of the labels: how far nearest neighbours agree in them, beyond any two examples. */
export interface Agreement {
  /** From 0, as any two examples, to 1: neighbours always have the same label. */
  share: number
  /** The share on a scale with a constant error: itself for classes, Fisher's z of a correlation. */
  score: number
  /** Standard error of the score. */
  error: number
  /** Standard errors above what any two examples agree. */
  surprise: number
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
    const neighbours = () => {
      const points = pointsOf(inputs, rows, seed)
      return nearest(points, points, 1)
    }
    if (labels.kind === 'classes' && labels.rowsPerExample === 1) {
      return ofClasses(
        Int32Array.from(rows, (row) => labels.of[row]!),
        neighbours(),
      )
    }
    if (labels.kind === 'numbers' && table.width <= 8) {
      return ofNumbers(
        Float64Array.from(rows, (row) => table.values[row * table.width]!),
        neighbours(),
      )
    }
  }
  return undefined
}

function ofClasses(classes: Int32Array, neighbour: ArrayLike<number>): Agreement {
  const counts = new Map<number, number>()
  let agree = 0
  for (const [i, own] of classes.entries()) {
    counts.set(own, (counts.get(own) ?? 0) + 1)
    if (own === classes[neighbour[i]!]) agree++
  }
  const share = agree / classes.length
  const chance = [...counts.values()].reduce((sum, count) => sum + (count / classes.length) ** 2, 0)
  const error = Math.sqrt((chance * (1 - chance)) / classes.length)
  const kappa = chance < 1 ? (share - chance) / (1 - chance) : 0
  return {
    share: kappa,
    score: kappa,
    error:
      chance < 1
        ? Math.sqrt(Math.max(share * (1 - share), 1 / classes.length) / classes.length) / (1 - chance)
        : 0,
    surprise: error === 0 ? 0 : (share - chance) / error,
    evidence: `of ${classes.length} examples ${formatPercent(share)} have the label of their nearest neighbour, any two examples agree in ${formatPercent(chance)}`,
  }
}

function ofNumbers(values: Float64Array, neighbour: ArrayLike<number>): Agreement {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let [together, alone] = [0, 0]
  for (const [i, value] of values.entries()) {
    together += (value - mean) * (values[neighbour[i]!]! - mean)
    alone += (value - mean) ** 2
  }
  const correlation = alone > 0 ? together / alone : 0
  return {
    share: correlation,
    score: Math.atanh(Math.min(correlation, 0.999)),
    error: 1 / Math.sqrt(values.length - 3),
    surprise: correlation * Math.sqrt(values.length),
    evidence: `the targets of ${values.length} examples and of their nearest neighbours have a correlation of ${formatNumber(correlation)}`,
  }
}
