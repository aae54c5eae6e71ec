import { formatNumber } from '../figures/number.js'
import { isRegression } from '../statistics/losses.js'
import type { OutputView } from '../training/outputs.js'
import type { Cause } from './cause.js'

/**
 * Targets far off the scale a fresh model predicts on: most of the training goes into getting there. `least`: their root
 * mean square.
 */
export function causesOfTargetScale(outputs: readonly OutputView[], least = 10): Cause[] {
  for (const { loss, labels } of outputs) {
    if (!loss || !isRegression(loss.kind)) continue
    let [sum, squares] = [0, 0]
    for (let i = 0; i < labels.values.length; i++) {
      sum += labels.values[i]!
      squares += labels.values[i]! ** 2
    }
    const [mean, square] = [sum / labels.values.length, squares / labels.values.length]
    if (Math.sqrt(square) < least) continue
    return [
      {
        name: 'unnormalized-targets',
        evidence: `targets have mean ${formatNumber(mean)} and standard deviation ${formatNumber(Math.sqrt(Math.max(0, square - mean ** 2)))}, while a fresh model predicts numbers around 0 of size 1`,
        fix: 'predict (y - mean) / deviation, and undo it on the predictions',
      },
    ]
  }
  return []
}
