import { InvalidArgumentError } from '../errors.js'
import type { WeightValues } from '../images/filters.js'
import { type FoundWeights, findWeights } from './find-weights.js'

/** One weight tensor, copied out of TensorFlow.js, with a label that is the same in every process. */
export interface Weights extends WeightValues {
  /** `layer 0 Conv2D kernel`: index and class; the automatic names of TensorFlow.js count up over a process. */
  label: string
  shape: number[]
}

/**
 * The weights to be pictured: of a model, a layer, a `Trainable` or the tensor itself. Reads without copying
 * tensors, so nothing is allocated on the backend and nothing changes.
 * Throws `InvalidArgumentError` when there are none, when `layer` names none, and when some are NaN or infinite.
 */
export function readWeights(received: unknown, layer?: number | string): Weights {
  const { tensor, label, className, inputShape } = findWeights(received, layer)
  const values = readValues(tensor, label)
  assertFinite(values, label)
  return { label, className, inputShape, shape: [...tensor.shape], values }
}

function readValues(tensor: FoundWeights['tensor'], label: string): Float32Array {
  if (tensor.isDisposed) throw new InvalidArgumentError(label, 'a tensor that was disposed', 'a live tensor')
  if (!['float32', 'int32', 'bool'].includes(tensor.dtype)) {
    throw new InvalidArgumentError(label, `values of type ${tensor.dtype}`, 'float32, int32 or bool')
  }
  const values = Float32Array.from(tensor.dataSync() as ArrayLike<number>)
  if (values.length === 0) {
    throw new InvalidArgumentError(label, `shape [${tensor.shape.join(', ')}]`, 'at least one value')
  }
  return values
}

/** A baseline of NaN would match nothing, and a picture of it would say nothing. */
function assertFinite(values: Float32Array, label: string): void {
  const nonFinite = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0)
  if (nonFinite === 0) return
  throw new InvalidArgumentError(
    label,
    `${nonFinite} of ${values.length} weights NaN or infinite (training diverged?); nothing was compared or written`,
    'finite weights: try a lower learning rate, and look for log(0), 0/0 or NaN in the data',
  )
}
