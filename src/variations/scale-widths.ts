import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import {
  everyLayer,
  isModel,
  type LayerConfig,
  layerNamed,
  type ModelConfig,
  nameOf,
  type Settings,
} from './model-config.js'
import { inputsOfModel, setShape, shapeOf } from './model-inputs.js'
import { freeWidths } from './widths.js'

const widthKeys = ['units', 'filters', 'output_dim'] as const

/** Multiplies the width of every hidden layer that can change. Throws `InvalidArgumentError` when there is none. */
export function scaleWidths(
  variation: string,
  config: ModelConfig,
  model: tf.LayersModel,
  factor: number,
): void {
  if (everyLayer(config).some((layer) => layer.config.data_format === 'channels_first')) {
    throw new InvalidArgumentError(variation, 'a model with channels first', 'channels last')
  }
  const { layers, innerInputs } = freeWidths(model)
  const scale = (width: number) => Math.max(1, Math.round(width * factor))
  let changed = 0
  for (const name of layers) {
    for (const [settings, key] of widthsOf(layerNamed(config, name)!)) {
      const width = settings[key] as number
      settings[key] = scale(width)
      if (settings[key] !== width) changed++
    }
  }
  for (const { model: inner, input, from } of innerInputs) {
    const layer = layerNamed(config, inner)
    if (layer === undefined || !isModel(layer)) continue
    const place = inputsOfModel(layer)[input]!
    const shape = shapeOf(place)
    const sides = joinsDirections(layerNamed(config, from)!) ? 2 : 1
    setShape(place, [...shape.slice(0, -1), sides * scale(shape.at(-1)! / sides)])
  }
  if (changed > 0) return
  throw new InvalidArgumentError(
    variation,
    'a model without a hidden layer whose width could change by that factor (widths added to an input or an output, or reshaped, stay)',
    'hidden layers, or their widths by name: { layers: { name: 16 } }',
  )
}

/** Sets the width of layers by name. */
export function setWidths(variation: string, config: ModelConfig, widths: Record<string, number>): void {
  for (const [name, width] of Object.entries(widths)) {
    if (!Number.isInteger(width) || width < 1) {
      throw new InvalidArgumentError(
        `${variation}: layers.${name}`,
        describe(width),
        'a positive whole number',
      )
    }
    const settings = widthsOf(layerNamed(config, name) ?? { class_name: '', config: {} })
    if (settings.length === 0) {
      const named = everyLayer(config).filter((layer) => widthsOf(layer).length > 0)
      throw new InvalidArgumentError(
        `${variation}: layers`,
        `"${name}", which is no layer with a width`,
        `one of ${named.map(nameOf).join(', ')}`,
      )
    }
    for (const [one, key] of settings) one[key] = width
  }
}

/** Where the width of a layer is written down: in its cells, in the layer it wraps, or in itself. */
function widthsOf({ config }: LayerConfig): Array<[Settings, string]> {
  const { layer, cell, cells } = config as Record<string, LayerConfig & LayerConfig[]>
  const inner: LayerConfig[] = [...(cells ?? []), ...[layer, cell].filter((one) => one != null)]
  if (inner.length > 0) return inner.flatMap(widthsOf)
  return widthKeys.filter((key) => typeof config[key] === 'number').map((key) => [config, key])
}

function joinsDirections({ class_name, config }: LayerConfig): boolean {
  return class_name === 'Bidirectional' && (config.merge_mode ?? 'concat') === 'concat'
}
