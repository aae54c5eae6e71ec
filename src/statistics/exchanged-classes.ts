import { bestAssignment } from './assignment.js'
import { isBinary, isCategorical, type LossDescription, type Rows, takesLogits } from './losses.js'
import { binomialAtLeast } from './probability.js'
import { largestOf } from './rows.js'

/** Classes that predictions and labels number differently. */
export interface Exchange {
  /** Predicted class, and what it is labelled. */
  moved: Array<[from: number, to: number]>
  /** Rows predicted as one of the moved classes, and how many of these are right: as they are, with the classes exchanged. */
  rows: number
  asGiven: number
  exchanged: number
}

interface Output {
  loss: LossDescription | undefined
  labels: Rows
  predictions: Rows
}

/** Chance of an exchange that only seems better; shared by all permutations of the classes that moved. */
const chance = 1e-6
const mostClasses = 200
/** A class that is predicted less often than this says nothing about its number. */
const leastRows = 5

/**
 * Another numbering of the classes under which the predictions are right far more often: of the rows that are predicted
 * as a class that moved, more than half are then right, more than twice as many as before, beyond chance (1e-6, exact
 * binomial, times the permutations of the moved classes). Undefined where there is none, or no one class for each row.
 */
export function exchangedClasses(output: Output): Exchange | undefined {
  const classes = classCount(output)
  if (classes === undefined || classes > mostClasses) return undefined
  const counts = countPairs(output, classes)
  const assigned = bestAssignment(counts)
  const from = assigned.flatMap((to, k) => (to === k ? [] : [k]))
  const sum = (of: (k: number) => number) => from.reduce((total, k) => total + of(k), 0)
  const rows = sum((k) => counts[k]!.reduce((a, b) => a + b, 0))
  const [asGiven, exchanged] = [sum((k) => counts[k]![k]!), sum((k) => counts[k]![assigned[k]!]!)]
  // Whoever predicts one class only has an exchange that fits as well: two classes have to be told apart.
  const told = from.filter((k) => {
    const size = counts[k]!.reduce((a, b) => a + b, 0)
    return size >= leastRows && counts[k]![assigned[k]!]! > 0.5 * size
  })
  if (told.length < 2 || exchanged <= 0.5 * rows || exchanged <= 2 * asGiven) return undefined
  const permutations = from.reduce((product, _, i) => product * (i + 1), 1)
  if (permutations * binomialAtLeast(exchanged, exchanged + asGiven, 0.5) >= chance) return undefined
  return { moved: from.map((k) => [k, assigned[k]!]), rows, asGiven, exchanged }
}

/** What moved, the first few. */
export function listMoved({ moved }: Exchange): string {
  const list = moved.slice(0, 5).map(([from, to]) => `${from} → ${to}`)
  return `${list.join(', ')}${moved.length > 5 ? ' …' : ''}`
}

function classCount({ loss, labels, predictions }: Output): number | undefined {
  if (!loss || labels.rows !== predictions.rows || labels.width !== predictions.width) return undefined
  if (isCategorical(loss.kind) && labels.width > 1) return labels.width
  return isBinary(loss.kind) && labels.width === 1 ? 2 : undefined
}

/** Rows by predicted class and by labelled class. */
function countPairs({ loss, labels, predictions }: Output, classes: number): number[][] {
  const { kind } = loss!
  const signed = kind === 'hinge' || kind === 'squaredHinge'
  const cut = signed || takesLogits(kind) ? 0 : 0.5
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let row = 0; row < labels.rows; row++) {
    const [predicted, labelled] =
      labels.width === 1
        ? [Number(predictions.values[row]! > cut), Number(labels.values[row]! > (signed ? 0 : 0.5))]
        : [largestOf(predictions, row), largestOf(labels, row)]
    counts[predicted]![labelled]!++
  }
  return counts
}
