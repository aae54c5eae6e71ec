import { normalCdf } from './normal-cdf.js'
import { pairedGain } from './paired-gain.js'

/** What one look at the validation examples saw. */
export interface Look {
  step: number
  loss: number
  /** Of each example, where the loss is a standard one. */
  losses: Float64Array | undefined
}

/** A later look that is better than what was kept. `p`: NaN where the losses of single examples are not known. */
export interface BetterLook extends Look {
  p: number
}

/** The chance, over all later looks together, that one of them is called better though it is not. */
const alpha = 0.01
/** Without the loss of each example there is no standard error: only a gain this large counts. */
const leastUnknownGain = 0.05

/**
 * What stopping would do, by number of the look: `best`, whose weights it keeps, and `stop`, undefined where it never
 * stops. A loss that is not finite is not a lower one.
 */
export function stopAfter(
  looks: readonly Look[],
  patience: number,
): { best: number; stop: number | undefined } {
  let best = 0
  for (let i = 1; i < looks.length; i++) {
    if (looks[i]!.loss < looks[best]!.loss) best = i
    else if (i - best >= patience) return { best, stop: i }
  }
  return { best, stop: undefined }
}

/**
 * The best later look, where it is better than what was kept by `margin` and beyond the noise of the examples: one-sided
 * test of the paired differences at 1 %, divided by the number of later looks.
 */
export function findBetter(later: readonly Look[], kept: Look, margin: number): BetterLook | undefined {
  const [best] = later.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss)
  if (!best) return undefined
  const gain = kept.loss - best.loss
  const share = gain / Math.abs(kept.loss)
  if (!(gain > 0 && share >= margin)) return undefined
  if (!kept.losses || !best.losses) return share >= leastUnknownGain ? { ...best, p: Number.NaN } : undefined
  const paired = pairedGain(kept.losses, best.losses)
  const p = Math.min(1, later.length * normalCdf(-paired.gain / paired.error))
  return p < alpha ? { ...best, p } : undefined
}
