import { formatNumber } from '../figures/number.js'
import { isRegression } from '../statistics/losses.js'
import type { OutputView } from '../training/outputs.js'
import type { Examples } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { inputScale, isOffScale } from './input-scale.js'

/** Targets far off the scale a fresh model predicts on: most of the training goes into getting there. */
export function causesOfTargetScale({ ys }: Examples, outputs: readonly OutputView[]): Cause[] {
  const scale = inputScale(ys)
  if (!isOffScale(scale) || !outputs.every(({ loss }) => loss && isRegression(loss.kind))) return []
  return [
    {
      name: 'unnormalized-targets',
      evidence: `targets have mean ${formatNumber(scale.mean)} and standard deviation ${formatNumber(scale.deviation)}, while a fresh model predicts numbers around 0 of size 1`,
      fix: 'predict (y - mean) / deviation, and undo it on the predictions',
    },
  ]
}
