import * as tf from '@tensorflow/tfjs'
import { replaceKernel } from './replace-kernel.js'

/** A tensor together with the label of each of its axes. */
interface Labelled {
  tensor: tf.Tensor
  axes: number[]
}

/**
 * Gives `wasm` the einsum it lacks and `cpu` one that is right: the released one loses track of its axes when
 * several are summed ('ijk,k->j'). It is composed as one matrix product, the axes sorted into those kept by both
 * operands (batch), by one of them (rows, columns) and by none (contracted). Integers go through float32, exact
 * up to 2^24.
 */
export function registerEinsum(backendName: 'cpu' | 'wasm'): void {
  replaceKernel('Einsum', backendName, ({ inputs, attrs }) => {
    const { equation } = attrs as unknown as { equation: string }
    return tf.tidy(() => einsum(equation, Object.values(inputs) as tf.Tensor[]))
  })
}

function einsum(equation: string, tensors: tf.Tensor[]): tf.Tensor {
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length)
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors)
  // decodeEinsumEquation numbers the output's labels first, in order.
  const outputAxes = Array.from({ length: allDims.length - summedDims.length }, (_, i) => i)

  const operands = tensors.map(
    (tensor, i): Labelled => ({ tensor: tf.cast(tensor, 'float32'), axes: idDims[i]! }),
  )
  const result = operands.length === 1 ? operands[0]! : multiply(operands[0]!, operands[1]!, outputAxes)
  const summed = sumOver(result, (axis) => !outputAxes.includes(axis))
  return tf.cast(arrange(summed, outputAxes), tensors[0]!.dtype)
}

function multiply(left: Labelled, right: Labelled, outputAxes: number[]): Labelled {
  const isKept = (axis: number) => outputAxes.includes(axis)
  // An axis that only one operand has and nobody keeps is summed before the product, while it is small.
  const a = sumOver(left, (axis) => !isKept(axis) && !right.axes.includes(axis))
  const b = sumOver(right, (axis) => !isKept(axis) && !left.axes.includes(axis))

  const shared = a.axes.filter((axis) => b.axes.includes(axis))
  const batch = shared.filter(isKept)
  const contracted = shared.filter((axis) => !isKept(axis))
  const rows = a.axes.filter((axis) => !shared.includes(axis))
  const columns = b.axes.filter((axis) => !shared.includes(axis))

  const length = (axis: number) =>
    a.axes.includes(axis) ? a.tensor.shape[a.axes.indexOf(axis)]! : b.tensor.shape[b.axes.indexOf(axis)]!
  const size = (axes: number[]) => axes.reduce((product, axis) => product * length(axis), 1)

  const aMatrices = tf.reshape(arrange(a, [...batch, ...rows, ...contracted]), [
    size(batch),
    size(rows),
    size(contracted),
  ])
  const bMatrices = tf.reshape(arrange(b, [...batch, ...contracted, ...columns]), [
    size(batch),
    size(contracted),
    size(columns),
  ])
  const axes = [...batch, ...rows, ...columns]
  return { tensor: tf.reshape(tf.matMul(aMatrices, bMatrices), axes.map(length)), axes }
}

function sumOver({ tensor, axes }: Labelled, isSummed: (axis: number) => boolean): Labelled {
  const positions = axes.flatMap((axis, position) => (isSummed(axis) ? [position] : []))
  if (positions.length === 0) return { tensor, axes }
  return { tensor: tf.sum(tensor, positions), axes: axes.filter((axis) => !isSummed(axis)) }
}

function arrange({ tensor, axes }: Labelled, wanted: number[]): tf.Tensor {
  return tf.transpose(
    tensor,
    wanted.map((axis) => axes.indexOf(axis)),
  )
}
