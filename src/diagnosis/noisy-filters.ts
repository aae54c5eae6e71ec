import { formatNumber, formatPercent } from '../figures/number.js'
import type { Structure } from '../statistics/geary.js'
import type { Cause } from './cause.js'

/** What was measured of the filters of a layer. */
export interface FilterFinding {
  label: string
  /** `8 filters of 5 × 5` */
  filters: string
  /** Whether the change was tested, or the weights. */
  ofChange: boolean
  /** `500 steps` */
  training: string
  /** Of what was tested, and of the weights as they are. */
  structure: Structure | undefined
  now: Structure | undefined
  /** Of the weights as they were before training, which nobody compares with shuffles. */
  first: Pick<Structure, 'geary'> | undefined
  /** The size of the change in parts of the weights before it. */
  moved: number | undefined
  rests: boolean
}

/** A change below this part of the weights leaves the initial noise as it was, however smooth the change. */
export const leastMoved = 1e-3

export function describeFilters(finding: FilterFinding, passed: boolean, alpha: number): string {
  const { label, filters, ofChange, training, structure, now, first, moved, rests } = finding
  const subject = ofChange ? `What ${training} changed in ${label} (${filters})` : `${label} (${filters})`
  if (ofChange && rests) {
    return `${label} (${filters}) is as noisy as it was: ${training} changed it by ${formatPercent(moved!)} of its size.`
  }
  if (!structure) return `${subject} shows no pattern: every filter is constant.`
  const figures = `Geary's C ${formatNumber(structure.geary)} (noise: 1), p ${formatNumber(structure.low)}`
  const course =
    first && now
      ? ` The filters went from C ${formatNumber(first.geary)} to ${formatNumber(now.geary)} (p ${formatNumber(now.low)}).`
      : ''
  if (!passed) return `${subject} looks like noise: ${figures} > ${formatNumber(alpha)}.${course}`
  const hidden =
    ofChange && now && now.low > alpha
      ? " Their initial noise still hides it: more steps, or of: 'weights' to insist."
      : ''
  return `${subject} has structure: ${figures}.${course}${hidden}`
}

export function causesOfNoise(finding: FilterFinding, permutations: number): Cause[] {
  const { label, ofChange, training, structure, moved, rests } = finding
  if (rests) {
    const unchanged = moved === 0
    return [
      {
        name: 'filters-are-noise',
        evidence: `${label} changed by ${formatNumber(moved!)} of its size in ${training}: its filters are those of the initialisation`,
        fix: "look at the learning rate (0, too low, or a schedule that starts at 0) and train longer; the layer must be trainable and in the graph of the loss. For weights that were trained elsewhere use of: 'weights'",
      },
      {
        name: unchanged ? 'weights-not-updated' : 'learning-rate-too-low',
        evidence: unchanged ? 'no weight of it changed' : `less than ${leastMoved} of its size`,
        fix: unchanged
          ? 'toUpdateEveryWeight tells which weights rest, and why'
          : 'raise the learning rate tenfold at a time until the loss falls fast',
      },
    ]
  }
  if (!structure) {
    return [
      {
        name: 'symmetric-init',
        evidence: `every filter of ${label} has one value throughout${ofChange ? ', or changed by one value' : ''}`,
        fix: "initialise kernels at random ('glorotUniform', 'heNormal'), and look at the inputs: pictures of one colour teach no pattern",
      },
    ]
  }
  const share = formatPercent(structure.low)
  const alternating =
    structure.high <= 0.05
      ? '; neighbours even differ more than chance: a checkerboard, as of second derivatives or of upsampling'
      : ''
  return [
    {
      name: 'filters-are-noise',
      evidence: `with the pixels of each filter shuffled, ${share} of ${permutations + 1} orders have a C as low: where a weight lies tells nothing about its value${alternating}`,
      fix: ofChange
        ? 'look at the inputs just before the model: pixels in scrambled order (a reshape where a transpose was meant, width and height swapped), or noise for pictures, teach no pattern; train longer where the loss has hardly fallen'
        : 'train longer, since the initial noise fades slowly ({ train, steps } on a factory tests what training changes, and needs fewer steps); if the loss does not fall, look for labels shuffled apart from their inputs, a learning rate of 0 or too low, and scrambled pixels; filters noisy after a long training want weight decay or a lower learning rate',
    },
  ]
}
