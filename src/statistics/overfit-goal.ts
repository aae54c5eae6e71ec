import { attainableLoss } from './attainable-loss.js'
import { type InitOutput, isCrossEntropy } from './init-loss.js'
import { areDistributions } from './rows.js'

/** What overfitting a batch has to reach, and the marks a failing run is read against. */
export interface OverfitGoal {
  loss: number
  accuracy: number
  /** Loss of the best constant prediction; undefined for a custom loss. */
  constant: number | undefined
  /** Lowest loss any function of the inputs can have. */
  floor: number
}

/**
 * Share of the distance from the floor to the best constant that may remain: all labels of a classifier are right
 * well before 5 %; of a variance the last share takes most of the steps; half of a reconstruction may not get through
 * its bottleneck at all, and a program that learns nothing lets nothing through.
 */
const remainingShare = { crossEntropy: 0.05, other: 0.15, reconstruction: 0.5 }

/** Outputs this wide with values between yes and no are inputs to reconstruct, through a layer that is too narrow on purpose. */
const widthOfReconstruction = 16

function isReconstruction({ labels }: InitOutput): boolean {
  if (labels.width < widthOfReconstruction || areDistributions(labels)) return false
  for (let i = 0; i < labels.values.length; i++)
    if (labels.values[i] !== 0 && labels.values[i] !== 1) return true
  return false
}

/**
 * The goal for a batch whose examples with equal `groups` have identical inputs. `given` overrides the derived
 * numbers. Its `loss` is NaN when it can neither be derived nor was given.
 */
export function overfitGoal(
  outputs: readonly InitOutput[],
  groups: Int32Array,
  given: { loss?: number | undefined; accuracy?: number | undefined },
): OverfitGoal {
  const attainable = attainableLoss(outputs, groups)
  const floor = attainable?.floor ?? 0
  const entropies = outputs.every(({ loss }) => loss !== undefined && isCrossEntropy(loss))
  const remaining = outputs.every(isReconstruction)
    ? remainingShare.reconstruction
    : entropies
      ? remainingShare.crossEntropy
      : remainingShare.other
  return {
    loss: given.loss ?? (attainable ? floor + remaining * (attainable.constant - floor) : Number.NaN),
    accuracy: given.accuracy ?? attainableAccuracy(outputs, groups),
    constant: attainable?.constant,
    floor,
  }
}

/** 1, less the examples whose identical twin has another label. */
function attainableAccuracy([output]: readonly InitOutput[], groups: Int32Array): number {
  if (!output || new Set(groups).size === groups.length) return 1
  const { values, rows, width } = output.labels
  const size = (rows / groups.length) * width
  const labelCounts = new Map<number, Map<string, number>>()
  for (let i = 0; i < groups.length; i++) {
    const label = Array.prototype.slice.call(values, i * size, (i + 1) * size).join()
    const counts = labelCounts.get(groups[i]!) ?? new Map<string, number>()
    counts.set(label, (counts.get(label) ?? 0) + 1)
    labelCounts.set(groups[i]!, counts)
  }
  let right = 0
  for (const counts of labelCounts.values()) right += Math.max(...counts.values())
  return right / groups.length
}
