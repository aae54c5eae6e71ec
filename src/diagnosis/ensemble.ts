import { formatNumber, formatPercent } from '../figures/number.js'
import { bestAssignment } from '../statistics/assignment.js'
import type { Rows } from '../statistics/losses.js'
import type { OutputView } from '../training/outputs.js'
import type { Cause } from './cause.js'

export interface EnsembleEvidence {
  /** By member, by output. */
  views: readonly OutputView[][]
  /** Mean loss, by member. */
  means: readonly number[]
  /** Loss of the best constant prediction; undefined where it is not known. */
  constant: number | undefined
}

/** A member that goes less than this share of the way from the best constant to the middle member spoils the mean. */
const leastShare = 0.5
/** Classes in another order: agreement with the others, as they are and with the classes exchanged. */
const [poor, good] = [0.5, 0.8]

/** Why the mean of several predictions is no better than one of them. */
export function causesOfPoorEnsemble({ views, means, constant }: EnsembleEvidence): Cause[] {
  return [...identical(views), ...exchanged(views), ...broken(means, constant)]
}

function identical(views: EnsembleEvidence['views']): Cause[] {
  const pairs = views.flatMap((view, i) =>
    views.slice(0, i).flatMap((other, j) => (sameBits(view, other) ? [[j + 1, i + 1]] : [])),
  )
  const [first] = pairs
  if (!first) return []
  return [
    {
      name: 'identical-members',
      evidence: `members ${first.join(' and ')} predict the same to the last bit${pairs.length > 1 ? `, and ${pairs.length - 1} more pairs` : ''}`,
      fix: 'train each member under a seed of its own (initial weights and order of the data), and do not load the same file twice',
    },
  ]
}

function sameBits(a: readonly OutputView[], b: readonly OutputView[]): boolean {
  return a.every(({ predictions }, output) => {
    const other = b[output]!.predictions.values
    for (let i = 0; i < other.length; i++) if (!Object.is(predictions.values[i], other[i])) return false
    return true
  })
}

/** A member whose classes, in another order, are those that the others predict. */
function exchanged(views: EnsembleEvidence['views']): Cause[] {
  if (views.length < 3) return []
  return views.flatMap((view, member): Cause[] => {
    const own = view[0]!.predictions
    if (own.width < 2) return []
    const others = views.filter((_, i) => i !== member).map((one) => argmax(one[0]!.predictions))
    const chosen = argmax(own)
    const counts = Array.from({ length: own.width }, () => Array.from({ length: own.width }, () => 0))
    for (const other of others) for (const [row, k] of other.entries()) counts[chosen[row]!]![k]!++
    const total = others.length * own.rows
    const agreeing = counts.reduce((sum, row, k) => sum + row[k]!, 0) / total
    const assigned = bestAssignment(counts)
    const after = counts.reduce((sum, row, k) => sum + row[assigned[k]!]!, 0) / total
    if (agreeing > poor || after < good) return []
    const moved = assigned.flatMap((to, from) => (to === from ? [] : [`${from} → ${to}`]))
    return [
      {
        name: 'label-map-mismatch',
        evidence: `member ${member + 1} agrees with the others on ${formatPercent(agreeing)} of the examples, and on ${formatPercent(after)} with its classes exchanged (${moved.slice(0, 5).join(', ')})`,
        fix: 'give all members the same list of classes, written down once: sorted names, not the order in which a loader met them',
      },
    ]
  })
}

function argmax({ values, rows, width }: Rows): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0
    for (let k = 1; k < width; k++) if (values[row * width + k]! > values[row * width + best]!) best = k
    return best
  })
}

function broken(means: readonly number[], constant: number | undefined): Cause[] {
  if (constant === undefined) return []
  const middle = [...means].sort((a, b) => a - b)[Math.floor((means.length - 1) / 2)]!
  return means.flatMap((mean, i): Cause[] =>
    constant - mean < leastShare * (constant - middle)
      ? [
          {
            name: 'broken-member',
            evidence: `member ${i + 1} has loss ${formatNumber(mean)}, the middle one ${formatNumber(middle)}, the best constant prediction ${formatNumber(constant)}`,
            fix: 'look at that member by itself: trained to its end, with the same preprocessing, loaded with its own weights; or leave it out',
          },
        ]
      : [],
  )
}
