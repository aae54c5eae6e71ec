import { isSequential, type LayerConfig, type ModelConfig, nameOf, type Reference } from './model-config.js'

/** Puts `layer` behind every output of the layer called `name`, which `model` itself holds. False: it is the last. */
export function insertAfter(model: ModelConfig, name: string, layer: LayerConfig): boolean {
  const { layers, output_layers } = model.config
  const at = layers.findIndex((one) => nameOf(one) === name)
  if (isSequential(model)) {
    if (at === layers.length - 1) return false
    layers.splice(at + 1, 0, layer)
    return true
  }
  if (output_layers!.some(([output]) => output === name)) return false
  const taken: Reference[] = []
  for (const consumer of layers) {
    for (const inputs of consumer.inbound_nodes ?? []) {
      inputs.forEach((input, i) => {
        if (input[0] === name) inputs[i] = behind(layer, taken, input)
      })
    }
  }
  layers.splice(at + 1, 0, withCalls(layer, taken))
  return true
}

/** Puts `layer` before the layer called `name`. False: it is the first, or takes several inputs. */
export function insertBefore(model: ModelConfig, name: string, layer: LayerConfig): boolean {
  const { layers, input_layers } = model.config
  const at = layers.findIndex((one) => nameOf(one) === name)
  if (isSequential(model)) {
    if (at === 0) return false
    layers.splice(at, 0, layer)
    return true
  }
  const calls = layers[at]!.inbound_nodes ?? []
  const first = (inputs: Reference[]) => input_layers!.some(([input]) => input === inputs[0]![0])
  if (calls.length === 0 || calls.some((inputs) => inputs.length !== 1 || first(inputs))) return false
  const taken: Reference[] = []
  for (const inputs of calls) inputs[0] = behind(layer, taken, inputs[0]!)
  layers.splice(at, 0, withCalls(layer, taken))
  return true
}

/** The output of `layer` called on `input`; calls on the same are one. */
function behind(layer: LayerConfig, taken: Reference[], input: Reference): Reference {
  const [name, call, output, ...keywords] = input
  let index = taken.findIndex((one) => one[0] === name && one[1] === call && one[2] === output)
  if (index < 0) index = taken.push([name, call, output, {}]) - 1
  return [nameOf(layer), index, 0, ...keywords]
}

function withCalls(layer: LayerConfig, taken: Reference[]): LayerConfig {
  return { name: nameOf(layer), ...layer, inbound_nodes: taken.map((input) => [input]) }
}
