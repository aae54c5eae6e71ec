import { formatNumber, formatPercent } from '../figures/number.js'
import { exchangedClasses, listMoved } from '../statistics/exchanged-classes.js'
import { meanPredictions } from '../statistics/mean-predictions.js'
import { normalCdf } from '../statistics/normal-cdf.js'
import { pairedGain } from '../statistics/paired-gain.js'
import { exampleLosses } from '../training/example-losses.js'
import type { OutputView } from '../training/outputs.js'
import type { Cause } from './cause.js'
import { headPredictsOutOfRange } from './output-range.js'

type Views = readonly OutputView[][]

export interface EnsembleEvidence {
  /** By member, by output. */
  views: Views
  /** Loss of the ensemble on each example. */
  losses: Float64Array
  /** Mean loss, by member. */
  means: readonly number[]
  /** Loss of the best constant prediction; undefined where it is not known. */
  constant: number | undefined
}

/** A member that is behind the middle one by more than this share of what that has learnt spoils the mean. */
const leastShare = 0.5
/** … if the mean is better without it by this share, and beyond chance. */
const [leastGain, alpha] = [0.01, 0.01]

/** What is wrong with the members of an ensemble, most likely first. */
export function causesOfPoorEnsemble(evidence: EnsembleEvidence): Cause[] {
  const { views } = evidence
  return [...identical(views), ...outOfRange(views), ...exchanged(views), ...broken(evidence)]
}

/** Members with predictions that are no numbers. */
export function causesOfNonFinite(views: Views): Cause[] {
  return views.flatMap((view, i): Cause[] => {
    const all = view.reduce((sum, { predictions }) => sum + predictions.values.length, 0)
    const wrong = view.reduce((sum, { predictions }) => sum + countNonFinite(predictions.values), 0)
    if (wrong === 0) return []
    return [
      {
        name: 'broken-member',
        evidence: `${wrong} of the ${all} values that member ${i + 1} predicts are NaN or infinite`,
        fix: 'see whether its training diverged, or its weights were stored badly; or leave it out',
      },
    ]
  })
}

function countNonFinite(values: ArrayLike<number>): number {
  let count = 0
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) count++
  return count
}

function identical(views: Views): Cause[] {
  const pairs = views.flatMap((view, i) =>
    views.slice(0, i).flatMap((other, j) => (sameBits(view, other) ? [[j + 1, i + 1]] : [])),
  )
  const [first] = pairs
  if (!first) return []
  const who = `members ${first.join(' and ')}${pairs.length > 1 ? ` (and ${pairs.length - 1} more pairs)` : ''}`
  if (isConstant(views[first[0]! - 1]!)) {
    return [
      {
        name: 'inputs-ignored',
        evidence: `${who} predict the same for every example`,
        fix: 'look at these members by themselves: dead units, weights that are all 0',
      },
    ]
  }
  return [
    {
      name: 'identical-members',
      evidence: `${who} predict the same to the last bit`,
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

function isConstant(view: readonly OutputView[]): boolean {
  return view.every(({ predictions: { values, rows, width } }) => {
    for (let i = width; i < values.length; i++) if (values[i] !== values[i % width]) return false
    return rows > 1
  })
}

/** Members whose outputs are not what the loss takes: scores beside probabilities make a mean of neither. */
function outOfRange(views: Views): Cause[] {
  return views.flatMap((view, member) =>
    view.flatMap((output): Cause[] => {
      const { values } = output.predictions
      let outside = false
      for (let i = 0; i < values.length; i++) outside ||= values[i]! < -1e-6 || values[i]! > 1 + 1e-6
      const cause = outside ? headPredictsOutOfRange(output) : undefined
      return cause ? [{ ...cause, evidence: `member ${member + 1}: ${cause.evidence}` }] : []
    }),
  )
}

/** Members that number the classes otherwise than the labels do. */
function exchanged(views: Views): Cause[] {
  const found = views.flatMap((view, member) => {
    const exchange = view.map(exchangedClasses).find((one) => one !== undefined)
    return exchange ? [{ exchange, member }] : []
  })
  const all = found.length === views.length
  return found.map(({ exchange, member }) => ({
    name: 'label-map-mismatch',
    evidence: `of ${exchange.rows} examples member ${member + 1} gets ${exchange.asGiven} right, and ${exchange.exchanged} with the classes exchanged (predicted → labelled: ${listMoved(exchange)})`,
    fix: all
      ? 'no member agrees with the labels of these examples: use the list of classes that the members were trained with'
      : 'give all members the same list of classes, written down once: sorted names, not the order in which a loader met them',
  }))
}

/** Members far behind the middle one, without whom the mean is better. */
function broken({ views, losses, means, constant }: EnsembleEvidence): Cause[] {
  if (constant === undefined) return []
  const middle = [...means].sort((a, b) => a - b)[Math.floor((means.length - 1) / 2)]!
  return means.flatMap((mean, i): Cause[] => {
    if (mean - middle <= leastShare * Math.max(0, constant - middle)) return []
    const without = exampleLosses(meanPredictions(views.filter((_, j) => j !== i)), losses.length)!
    const { gain, error } = pairedGain(losses, without)
    const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length
    if (!(gain > leastGain * Math.abs(loss) && normalCdf(-gain / error) < alpha)) return []
    return [
      {
        name: 'broken-member',
        evidence: `member ${i + 1} has loss ${formatNumber(mean)}, the middle one ${formatNumber(middle)}, the best constant prediction ${formatNumber(constant)}; without it the mean has ${formatNumber(loss - gain)} instead of ${formatNumber(loss)}`,
        fix: 'look at that member by itself: trained to its end, with the same preprocessing, loaded with its own weights; or leave it out',
      },
    ]
  })
}

/** Nothing is wrong with any member, and yet the mean gains too little. `best` and `loss`: of the best member, of the mean. */
export function causeOfSmallGain({
  means,
  loss,
  best,
}: {
  means: readonly number[]
  loss: number
  best: number
}): Cause {
  const average = means.reduce((sum, mean) => sum + mean / means.length, 0)
  const worst = Math.max(...means)
  const gain = average - loss
  if (gain < -1e-6 * Math.abs(average)) {
    return {
      name: 'wrong-loss',
      evidence: `the mean has loss ${formatNumber(loss)}, its members ${formatNumber(average)} on average: for a loss that is convex in the predictions it cannot be more`,
      fix: 'average what the loss judges: probabilities that sum to 1, vectors of length 1, logarithms of the targets where it takes these',
    }
  }
  if (average - best > gain && best < worst) {
    return {
      name: 'broken-member',
      evidence: `member ${means.indexOf(worst) + 1} has loss ${formatNumber(worst)}, the best ${formatNumber(best)}: averaging gains ${formatNumber(gain)}, less than the best is ahead of the others`,
      fix: 'leave out the members that are behind, train them as long as the best, or weigh the members',
    }
  }
  return {
    name: 'identical-members',
    evidence: `averaging gains ${formatPercent(gain / Math.abs(average))} of the members' mean loss: they make the same mistakes`,
    fix: 'let members differ: other seeds, other architectures, other parts of the data; or take more of them',
  }
}
