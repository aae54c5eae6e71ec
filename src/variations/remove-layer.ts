import { isModel, isSequential, type ModelConfig, nameOf } from './model-config.js'
import { rewire } from './rewire.js'

/** Takes out a layer with one input that `model` itself holds. False: it gives the model's input or output its shape. */
export function removeLayer(model: ModelConfig, name: string): boolean {
  const { layers, output_layers } = model.config
  if (!isSequential(model)) {
    if (output_layers!.some(([output]) => output === name)) return false
    rewire(model, (layer, inputs) => (nameOf(layer) === name ? { replaceBy: inputs[0]! } : { keep: inputs }))
    return true
  }
  const at = layers.findIndex((layer) => nameOf(layer) === name)
  const [removed, next] = [layers[at]!, layers[at + 1]]
  if (!next) return false
  if (at === 0) {
    if (isModel(next)) return false
    const { batch_input_shape, dtype } = removed.config
    Object.assign(next.config, { batch_input_shape, ...(dtype !== undefined && { dtype }) })
  }
  layers.splice(at, 1)
  return true
}
