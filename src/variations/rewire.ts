import { isModel, type LayerConfig, type ModelConfig, nameOf, type Reference } from './model-config.js'

/** What becomes of one call of a layer: it is kept with these inputs, replaced by an output it took, or gone. */
export type Fate = { keep: Reference[] } | { replaceBy: Reference } | 'gone'

/**
 * Rewires a functional model in place. `decide` hears of every call in order of computation, with those of its inputs
 * that still exist and how many it had; calls that go take theirs and the layers left without calls with them.
 */
export function rewire(
  model: ModelConfig,
  decide: (layer: LayerConfig, inputs: Reference[], had: number) => Fate,
): void {
  const fates = new Map<string, Reference | 'gone'>()
  const key = (layer: string, call: number) => JSON.stringify([layer, call])
  const resolve = (reference: Reference): Reference | undefined => {
    const fate = fates.get(key(reference[0], reference[1]))
    if (fate === 'gone') return undefined
    if (fate === undefined) return reference
    const [layer, call, output] = fate
    // A call that only moved keeps its own outputs.
    return layer === reference[0]
      ? [layer, call, ...(reference.slice(2) as [number])]
      : [layer, call, output, ...reference.slice(3)]
  }
  const { config } = model
  config.layers = config.layers.filter((layer) => {
    const name = nameOf(layer)
    // A model counts its own making as its first call (4.22).
    const offset = isModel(layer) ? 1 : 0
    const calls: Reference[][] = []
    const before = layer.inbound_nodes ?? []
    if (before.length === 0) {
      const fate = decide(layer, [], 0)
      if (fate !== 'gone') return true
      fates.set(key(name, 0), 'gone')
      return false
    }
    before.forEach((inputs, i) => {
      const present = inputs.map(resolve).filter((input) => input !== undefined)
      const fate = decide(layer, present, inputs.length)
      const at = key(name, i + offset)
      if (fate === 'gone') fates.set(at, 'gone')
      else if ('replaceBy' in fate) fates.set(at, fate.replaceBy)
      else {
        fates.set(at, [name, calls.length + offset, 0])
        calls.push(fate.keep)
      }
    })
    layer.inbound_nodes = calls
    return calls.length > 0
  })
  config.input_layers = config.input_layers!.map(resolve).filter((input) => input !== undefined)
  config.output_layers = config.output_layers!.map(resolve).filter((output) => output !== undefined)
}
