import type * as tf from '@tensorflow/tfjs'
import { formatNumber, formatPercent } from '../figures/number.js'
import { allLayers } from '../training/layers.js'
import type { Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** The moving mean and variance of one batch normalisation, per unit. */
export interface MovingStatistics {
  name: string
  momentum: number
  epsilon: number
  values: Float32Array[]
}

/** Moving mean and variance of every batch normalisation that is not frozen on purpose. */
export function movingStatistics({ layers = [] }: Trainable): MovingStatistics[] {
  return allLayers(layers)
    .filter((layer) => layer.getClassName() === 'BatchNormalization' && layer.trainable)
    .map((layer) => ({
      name: layer.name,
      ...settingsOf(layer),
      values: layer.nonTrainableWeights.map((weight) => weight.read().dataSync<'float32'>().slice()),
    }))
}

function settingsOf(layer: tf.layers.Layer): { momentum: number; epsilon: number } {
  const { momentum, epsilon } = layer as unknown as { momentum: number; epsilon: number }
  return { momentum, epsilon }
}

/**
 * Outputs of a normalisation so many of their standard deviations away from where they were in training. Half of one cost 5
 * to 63 % of what was learnt in bench/slow-statistics.ts; where most of the statistics are new, training on may still mend it.
 */
const farOff = 1
const off = 0.5
const most = 0.5

/**
 * Moving statistics that training leaves where they start. After n steps a share of momentum^n of the initial mean and
 * variance is left, exactly; `taken` steps show what the others are. Both tell how far off the outputs will be in use.
 */
export function causesOfSlowStatistics(
  before: readonly MovingStatistics[],
  now: readonly MovingStatistics[],
  { taken, planned }: { taken: number; planned: number },
): Cause[] {
  const slow = before.flatMap((start, i) => {
    const left = start.momentum ** planned
    const error = errorInUse(start, now[i]!, { left, seen: 1 - start.momentum ** taken })
    return error >= farOff || (left >= most && error >= off) ? [{ ...start, left, error }] : []
  })
  const [worst] = slow.sort((a, b) => b.error - a.error)
  if (!worst) return []
  const wanted = Math.max(0.5, Math.min(0.99, 1 - 5 / planned))
  return [
    {
      name: 'batch-norm-statistics',
      evidence: `at momentum ${worst.momentum} ${formatPercent(worst.left)} of the moving mean and variance of ${slow.map(({ name }) => `'${name}'`).join(', ')} are still the initial ones after ${formatNumber(planned)} steps, which puts its outputs in use off by ${formatNumber(worst.error)} standard deviations`,
      fix: `set momentum: ${Number(wanted.toFixed(2))}, so that the statistics are those of the data when training ends; or, if you train for longer, say so by steps in the recipe`,
    },
  ]
}

/** Root mean square difference of the normalised outputs in use from those in training, in standard deviations. */
export function errorInUse(
  start: MovingStatistics,
  now: MovingStatistics,
  { left, seen }: { left: number; seen: number },
): number {
  const [means, variances] = start.values
  if (!means || !variances || !(seen > 0)) return 0
  const batchOf = (from: number, to: number) => from + (to - from) / seen
  let sum = 0
  for (let i = 0; i < means.length; i++) {
    const mean = batchOf(means[i]!, now.values[0]![i]!)
    const variance = Math.max(0, batchOf(variances[i]!, now.values[1]![i]!))
    const used = (1 - left) * variance + left * variances[i]! + start.epsilon
    const scale = Math.sqrt((variance + start.epsilon) / used)
    sum += (scale - 1) ** 2 + (left * (mean - means[i]!)) ** 2 / used
  }
  return Math.sqrt(sum / means.length)
}
