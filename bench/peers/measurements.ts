import * as tf from '@tensorflow/tfjs'
import { tryGradients } from '../../src/training/tape.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'

/** Numbers of a tensor, read from the backend. */
export interface Measured {
  name: string
  values: Float32Array
  shape: number[]
}

/** What a layer puts out. A layer with an activation of its own counts as one with the activation behind it. */
export interface Stage extends Measured {
  className: string
  /** 'linear' where the layer has none. */
  activation: string
  /** Name of its kernel among the trainable weights. */
  kernel: string | undefined
}

const read = (name: string, tensor: tf.Tensor): Measured => ({
  name,
  values: Float32Array.from(tensor.dataSync()),
  shape: tensor.shape,
})

export const weightsOf = (program: Trainable): Measured[] =>
  Object.entries(program.weights()).map(([name, weight]) => read(name, weight))

/** Gradients of the loss in inference mode, in the order of the weights; undefined where there are none. */
export function gradientsOf(program: Trainable, batch: Examples): Measured[] | undefined {
  const weights = Object.entries(program.weights())
  const variables = weights.map(([, weight]) => weight)
  if (!variables.every((weight): weight is tf.Variable => 'assign' in weight)) return undefined
  return tryGradients(() => {
    const { grads } = tf.engine().gradients(() => program.loss(batch), variables, undefined, true)
    return weights.flatMap(([name], i) => (grads[i] ? [read(name, grads[i])] : []))
  })
}

export const activationOf = (layer: tf.layers.Layer): string => {
  const className = layer.getClassName()
  if (className === 'Softmax') return 'softmax'
  if (className === 'ReLU' || className === 'ELU') return className.toLowerCase()
  const { activation } = layer as unknown as { activation?: { getClassName?(): string } }
  return activation?.getClassName?.() ?? 'linear'
}

/** Outputs of the layers in inference mode; those with several are left out, and inputs, which Keras does not list. */
export function stagesOf(program: Trainable, xs: Examples['xs']): Stage[] {
  const outputs = program.activations?.(xs) ?? []
  return (program.layers ?? []).flatMap((layer, i) => {
    const output = outputs[i]
    if (!output) return []
    const measured = read(layer.name, output)
    output.dispose()
    if (layer.getClassName() === 'InputLayer') return []
    const [first] = layer.trainableWeights.map((weight) => weight.read() as tf.Variable)
    return [
      {
        ...measured,
        className: layer.getClassName(),
        activation: activationOf(layer),
        kernel: first && first.rank > 1 ? first.name : undefined,
      },
    ]
  })
}

export const isKernel = ({ shape }: Measured): boolean => shape.length > 1

export function mean(values: ArrayLike<number>, of: (value: number) => number = (value) => value): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += of(values[i]!)
  return sum / values.length
}

/** In single precision as NumPy sums, eight by eight and pairwise: tools that compare means exactly depend on it. */
export function singleMean(values: Float32Array): number {
  return Math.fround(pairwiseSum(values) / values.length)
}

function pairwiseSum(values: Float32Array): number {
  const lanes = 8
  const largest = 128
  if (values.length > largest) {
    const half = Math.floor(values.length / 2)
    const middle = half - (half % lanes)
    return Math.fround(pairwiseSum(values.subarray(0, middle)) + pairwiseSum(values.subarray(middle)))
  }
  const whole = values.length - (values.length % lanes)
  let sums = new Float32Array(lanes)
  for (let i = 0; i < whole; i++) sums[i % lanes]! += values[i]!
  while (sums.length > 1) {
    const from = sums
    sums = new Float32Array(from.length / 2).map((_, i) => from[2 * i]! + from[2 * i + 1]!)
  }
  for (let i = whole; i < values.length; i++) sums[0]! += values[i]!
  return sums[0]!
}

export const share = (values: ArrayLike<number>, holds: (value: number) => boolean): number =>
  mean(values, (value) => (holds(value) ? 1 : 0))

export const norm = (values: ArrayLike<number>): number =>
  Math.sqrt(mean(values, (value) => value ** 2) * values.length)

export function variance(values: ArrayLike<number>): number {
  const centre = mean(values)
  return mean(values, (value) => (value - centre) ** 2)
}

export const allFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value))

export function rangeOf(values: ArrayLike<number>): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return { low, high }
}
