import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { allLayers } from '../training/layers.js'
import { headNames } from './heads.js'
import { everyModel, isSequential, type LayerConfig, type ModelConfig, nameOf } from './model-config.js'
import { removeLayer } from './remove-layer.js'

/** What stands between the first fully connected layer and the last, and goes with it. */
const connected = /^(Dense|Activation|.*ReLU|ELU|BatchNormalization|LayerNormalization)$/

/**
 * Averages each channel over the picture where it was flattened, and leaves out the hidden fully connected layers that
 * follow. Most weights of a convolutional classifier are in these.
 */
export function poolFeatures(variation: string, config: ModelConfig, model: tf.LayersModel): void {
  const heads = headNames(model)
  let found = 0
  for (const holder of everyModel(config)) {
    for (const flatten of [...holder.config.layers]) {
      if (flatten.class_name !== 'Flatten') continue
      const rank = rankOfInput(model, nameOf(flatten))
      if (rank !== 3 && rank !== 4) continue
      found++
      flatten.class_name = `GlobalAveragePooling${rank - 2}D`
      const { name, trainable, batch_input_shape, dtype } = flatten.config
      flatten.config = {
        name,
        trainable,
        ...(rank === 4 && { data_format: 'channels_last' }),
        ...(batch_input_shape !== undefined && { batch_input_shape, dtype }),
      }
      removeConnected(holder, flatten, heads)
    }
  }
  if (found > 0) return
  throw new InvalidArgumentError(
    variation,
    'a model without a Flatten behind convolutions',
    'one, for average pooling to take its place',
  )
}

function removeConnected(holder: ModelConfig, from: LayerConfig, heads: Set<string> | undefined): void {
  // A head that is not clear: any of these layers may be it.
  if (!heads) return
  let current = from
  for (;;) {
    const [next, ...others] = takersOf(holder, nameOf(current))
    if (!next || others.length > 0 || heads.has(nameOf(next))) return
    if (/Dropout/.test(next.class_name)) {
      current = next
      continue
    }
    if (!connected.test(next.class_name) || !removeLayer(holder, nameOf(next))) return
  }
}

function takersOf(holder: ModelConfig, name: string): LayerConfig[] {
  const { layers } = holder.config
  if (isSequential(holder)) {
    const at = layers.findIndex((layer) => nameOf(layer) === name)
    return layers.slice(at + 1, at + 2)
  }
  return layers.filter((layer) => layer.inbound_nodes?.some((call) => call.some(([from]) => from === name)))
}

function rankOfInput(model: tf.LayersModel, name: string): number | undefined {
  const layer = allLayers(model.layers).find((one) => one.name === name) as unknown as {
    inboundNodes: Array<{ inputShapes: unknown[][] }>
  }
  return layer?.inboundNodes[0]?.inputShapes[0]?.length
}
