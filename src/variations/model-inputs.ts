import { isModel, isSequential, type ModelConfig, nameOf, type Settings } from './model-config.js'

type Shape = Array<number | null>

/** One input of a model: everywhere its shape is written down. */
export interface ModelInput {
  /** Undefined in a Sequential, whose configuration does not name its input. */
  name: string | undefined
  settings: Settings[]
  /** Classes of the layers that take it. */
  takenBy: string[]
}

/** The inputs of a model in its order; a model inside that takes one of them has the shape too. */
export function inputsOfModel(model: ModelConfig): ModelInput[] {
  const { layers, input_layers } = model.config
  if (isSequential(model)) {
    const first = layers[0]!
    if (isModel(first)) return inputsOfModel(first).map((input) => ({ ...input, name: undefined }))
    const taker = first.class_name === 'InputLayer' ? layers[1] : first
    return [{ name: undefined, settings: [first.config], takenBy: [taker?.class_name ?? ''] }]
  }
  return input_layers!.map(([name]) => {
    const layer = layers.find((one) => nameOf(one) === name)!
    const input: ModelInput = { name, settings: [layer.config], takenBy: [] }
    for (const taker of layers) {
      const places = (taker.inbound_nodes ?? []).flatMap((call) =>
        call.flatMap(([from], i) => (from === name ? [i] : [])),
      )
      for (const place of new Set(places)) {
        const inner = isModel(taker) ? inputsOfModel(taker)[place] : undefined
        input.settings.push(...(inner?.settings ?? []))
        input.takenBy.push(...(inner?.takenBy ?? [taker.class_name]))
      }
    }
    return input
  })
}

export function shapeOf({ settings }: ModelInput): Shape {
  return settings[0]!.batch_input_shape as Shape
}

export function setShape({ settings }: ModelInput, shape: Shape): void {
  for (const one of settings) one.batch_input_shape = shape
}
