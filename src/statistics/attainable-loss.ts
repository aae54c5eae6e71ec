import { bestConstantLoss, lossFloor } from './constant-predictor.js'
import type { InitOutput } from './init-loss.js'
import { isBinary, isCategorical, reductionFactor, takesLogits } from './losses.js'
import { largestOf } from './rows.js'

/** What the labels of some examples allow, summed over the outputs. */
export interface AttainableLoss {
  /** The best prediction that ignores the inputs. */
  constant: number
  /** The best function of the inputs. */
  floor: number
}

/**
 * The losses between which a program learns: from that of the best constant down to the floor of the labels.
 * `groups` numbers the examples so that identical inputs share a number. Undefined when a loss is unknown.
 */
export function attainableLoss(
  outputs: readonly InitOutput[],
  groups: ArrayLike<number>,
): AttainableLoss | undefined {
  let constant = 0
  let floor = 0
  for (const { loss, labels } of outputs) {
    if (!loss) return undefined
    // A flipped sign is a fault, not a goal: the marks are those of the loss that was meant.
    const factor = Math.abs(reductionFactor(loss, labels.rows, labels.width))
    const rowGroups = groupsOfRows(groups, labels.rows)
    constant += factor * bestConstantLoss(loss.kind, labels)
    floor += factor * lossFloor(loss.kind, labels, rowGroups)
  }
  return { constant, floor }
}

/** The steps of a sequence have the inputs of their example but positions of their own. */
function groupsOfRows(groups: ArrayLike<number>, rows: number): ArrayLike<number> {
  const perExample = rows / groups.length
  if (perExample === 1) return groups
  return Float64Array.from(
    { length: rows },
    (_, row) => groups[Math.floor(row / perExample)]! * perExample + (row % perExample),
  )
}

/**
 * The share of rows whose predicted class is the labelled one (each label by itself for yes/no outputs);
 * undefined when no output classifies. Labels with values between yes and no are pictures to reconstruct.
 */
export function accuracyOf(outputs: readonly InitOutput[]): number | undefined {
  let right = 0
  let all = 0
  for (const { loss, labels, predictions } of outputs) {
    if (!loss || labels.rows !== predictions.rows || labels.width !== predictions.width) continue
    const { width } = labels
    if (isCategorical(loss.kind) && width > 1) {
      all += labels.rows
      for (let row = 0; row < labels.rows; row++) {
        if (largestOf(labels, row) === largestOf(predictions, row)) right++
      }
    } else if (isBinary(loss.kind) && new Set(Array.from(labels.values)).size <= 2) {
      const signed = loss.kind === 'hinge' || loss.kind === 'squaredHinge'
      const cut = signed || takesLogits(loss.kind) ? 0 : 0.5
      all += labels.rows * width
      for (let i = 0; i < labels.rows * width; i++) {
        if (predictions.values[i]! > cut === labels.values[i]! > (signed ? 0 : 0.5)) right++
      }
    }
  }
  return all === 0 ? undefined : right / all
}
