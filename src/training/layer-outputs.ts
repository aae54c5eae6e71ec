import type * as tf from '@tensorflow/tfjs'
import { type Histogram, histogramOf } from '../statistics/histogram.js'
import type { TensorGroup, Trainable } from './trainable.js'

/** What the output of one hidden layer shows on a batch. */
export interface LayerOutput {
  index: number
  className: string
  activation: string | undefined
  units: number
  /** Share of units that are 0 for every example; 0 for layers without a rectifier. */
  dead: number
  /** Share of values at the ends of a sigmoid or tanh; 0 for other layers. */
  saturated: number
  /** All units give the same. */
  symmetric: boolean
  /** Every example gives the same. */
  constant: boolean
  finite: boolean
  /** Root mean square. */
  size: number
  /** Undefined where a value is not finite. */
  histogram: Histogram | undefined
}

/** Layers whose outputs are activations; what only moves, drops or embeds values is left out. */
const measured =
  /^(Dense|Conv|SeparableConv|DepthwiseConv|Activation|ReLU|LeakyReLU|PReLU|ELU|ThresholdedReLU|BatchNormalization)/
/** A sigmoid this near to 0 or 1 (a tanh to -1 or 1) passes less than a hundredth of the gradient. */
const saturationMargin = 0.0025

/** The hidden layers, in inference mode; the last layer is an output and left out. */
export function measureLayers(program: Trainable, xs: TensorGroup): LayerOutput[] {
  const layers = program.layers ?? []
  const outputs = program.activations?.(xs) ?? []
  return outputs.flatMap((output, index) => {
    const layer = layers[index]!
    if (!output) return []
    const shape = output.shape
    const values = output.dataSync<'float32'>().slice()
    output.dispose()
    if (index >= layers.length - 1 || !measured.test(layer.getClassName())) return []
    return [describeOutput(layer, index, values, shape)]
  })
}

function describeOutput(
  layer: tf.layers.Layer,
  index: number,
  values: Float32Array,
  shape: number[],
): LayerOutput {
  const units = shape.at(-1)!
  const perExample = values.length / shape[0]!
  const activation = activationOf(layer)
  const alive = new Uint8Array(units)
  let [sum, ends] = [0, 0]
  let [least, greatest] = [Infinity, -Infinity]
  let [finite, symmetric, constant] = [true, units > 1, shape[0]! > 1]
  const [low, high] = activation === 'tanh' ? [-1, 1] : [0, 1]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const unit = i % units
    sum += value ** 2
    if (value < least) least = value
    if (value > greatest) greatest = value
    if (!Number.isFinite(value)) finite = false
    if (value !== 0) alive[unit] = 1
    if (value !== values[i - unit]) symmetric = false
    if (value !== values[i % perExample]) constant = false
    if (value - low! < saturationMargin * (high! - low!) || high! - value < saturationMargin * (high! - low!))
      ends++
  }
  const bounded = activation === 'tanh' || activation === 'sigmoid'
  return {
    index,
    className: layer.getClassName(),
    activation,
    units,
    dead: /^relu/.test(activation ?? '') ? 1 - alive.reduce((count, one) => count + one, 0) / units : 0,
    saturated: bounded ? ends / values.length : 0,
    symmetric: symmetric && (sum > 0 || hasEqualKernel(layer)),
    constant,
    finite,
    size: Math.sqrt(sum / values.length),
    histogram: finite ? histogramOf(values, least, greatest) : undefined,
  }
}

/** Units that are all off look alike; they are alike only if their weights are. */
function hasEqualKernel(layer: tf.layers.Layer): boolean {
  const kernel = layer.getWeights()[0]?.dataSync()
  return kernel?.every((value) => value === kernel[0]) ?? false
}

function activationOf(layer: tf.layers.Layer): string | undefined {
  if (layer.getClassName() === 'ReLU') return 'relu'
  return (layer as unknown as { activation?: { getClassName?(): string } }).activation?.getClassName?.()
}
