import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import {
  isLayer,
  isModel,
  isTensor,
  isTrainable,
  type LayerLike,
  type ModelLike,
  type TensorLike,
  type WeightVariable,
} from './weight-holders.js'

export interface FoundWeights {
  tensor: TensorLike
  label: string
  className?: string
  /** What the layer sees, without the batch axis. */
  inputShape?: number[]
}

/** Where a layer sits: `2`, or `2.0` for the first layer of a model that is layer 2. */
interface PlacedLayer {
  place: string
  layer: LayerLike
}

/** See `readWeights`. `layer` is an index into `model.layers`, or a name: of a layer, or of a Trainable's weight. */
export function findWeights(received: unknown, layer?: number | string): FoundWeights {
  if (isTensor(received)) return { tensor: received, label: 'tensor' }
  if (isModel(received)) {
    const { place, layer: chosen } = chooseLayer(received, layer)
    return kernelOf(chosen, `layer ${place} ${chosen.getClassName()}`)
  }
  if (isLayer(received)) return kernelOf(received, received.getClassName())
  if (isTrainable(received)) return chooseWeight(received.weights(), layer)
  throw new InvalidArgumentError(
    'received',
    received === null ? 'null' : `a value of type ${typeof received}`,
    'a LayersModel, a layer, a tensor, a Trainable, or a factory that returns one of them',
  )
}

function chooseLayer(model: ModelLike, wanted: number | string | undefined): PlacedLayer {
  const placed = placeLayers(model.layers)
  const withKernel = placed.filter(({ layer }) => kernelIndex(layer) >= 0)
  const found =
    wanted === undefined
      ? withKernel[0]
      : placed.find(({ place, layer }) =>
          typeof wanted === 'number' ? place === `${wanted}` : layer.name === wanted,
        )
  if (found && found.layer.getWeights().length > 0) return found
  const candidates = withKernel.map(({ place, layer }) => `${place} ${layer.getClassName()} '${layer.name}'`)
  throw new InvalidArgumentError(
    'layer',
    wanted === undefined
      ? 'a model'
      : `${JSON.stringify(wanted)}${found ? `, a ${found.layer.getClassName()} without weights` : ''}`,
    candidates.length === 0
      ? 'a model with at least one layer that has a kernel'
      : `the index or name of a layer with weights: ${candidates.join(', ')}`,
  )
}

function placeLayers(layers: readonly LayerLike[], prefix = ''): PlacedLayer[] {
  return layers.flatMap((layer, index) => {
    const place = `${prefix}${index}`
    return isModel(layer) ? placeLayers(layer.layers, `${place}.`) : [{ place, layer }]
  })
}

/** The kernel of a layer: its first weight with two axes or more; a layer of biases only shows its first weight. */
function kernelOf(layer: LayerLike, label: string): FoundWeights {
  const weights = layer.getWeights()
  const index = Math.max(0, kernelIndex(layer))
  const tensor = weights[index]
  if (tensor === undefined) {
    throw new InvalidArgumentError(
      'layer',
      `${label} without weights (never built?)`,
      'a built layer with weights',
    )
  }
  return {
    tensor,
    label: `${label} ${roleOf(layer.weights?.[index], index)}`,
    className: layer.getClassName(),
    inputShape: inputShapeOf(layer),
  }
}

function kernelIndex(layer: LayerLike): number {
  return layer.getWeights().findIndex(({ shape }) => shape.length >= 2)
}

/** `kernel` of `conv2d_Conv2D1/kernel`: what comes before the slash carries a counter. */
function roleOf(variable: WeightVariable | undefined, index: number): string {
  return (variable?.originalName ?? variable?.name)?.split('/').at(-1) ?? `weight ${index}`
}

/** What a layer sees; through a Flatten, what the Flatten sees. */
function inputShapeOf(layer: LayerLike): number[] | undefined {
  const node = layer.inboundNodes?.[0]
  const source = node?.inboundLayers?.[0]
  if (source?.getClassName() === 'Flatten') return inputShapeOf(source)
  const shape = node?.inputShapes?.[0]?.slice(1)
  return shape?.every((size): size is number => typeof size === 'number') ? shape : undefined
}

/** TensorFlow.js numbers the names it gives, as in `dense_Dense3/kernel`: not the same in every process. */
const automaticName = /_[A-Z][A-Za-z0-9]*\d+(\/|$)/

function chooseWeight(
  weights: tf.NamedTensorMap | Record<string, tf.Variable>,
  wanted: number | string | undefined,
): FoundWeights {
  const entries = Object.entries(weights)
  const index =
    wanted === undefined
      ? Math.max(
          0,
          entries.findIndex(([, { shape }]) => shape.length >= 2),
        )
      : entries.findIndex(([name], position) =>
          typeof wanted === 'number' ? position === wanted : name === wanted,
        )
  const entry = entries[index]
  if (entry) {
    const [name, tensor] = entry
    const ownName = automaticName.test(name) ? '' : ` ${name.replace(/\s+/g, ' ').trim()}`
    return { tensor, label: `weight ${index}${ownName}` }
  }
  throw new InvalidArgumentError(
    'layer',
    wanted === undefined ? 'a Trainable without weights' : JSON.stringify(wanted),
    `the index or name of one of its weights: ${entries.map(([name]) => name).join(', ') || 'there are none'}`,
  )
}
