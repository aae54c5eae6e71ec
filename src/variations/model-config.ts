/** Settings as TensorFlow.js serialises them: Python's spelling. */
export type Settings = Record<string, unknown>

/** The output of a layer that another one takes: layer, which of its calls, which of its outputs. */
export type Reference = [layer: string, call: number, output: number, ...keywords: unknown[]]

export interface LayerConfig {
  class_name: string
  config: Settings
  /** In a functional model only, as are the calls: what the layer takes in each of them. */
  name?: string
  inbound_nodes?: Reference[][]
}

/** A model inside a model is a layer too. */
export interface ModelConfig extends LayerConfig {
  config: Settings & {
    name: string
    layers: LayerConfig[]
    input_layers?: Reference[]
    output_layers?: Reference[]
  }
}

export function isModel(layer: LayerConfig): layer is ModelConfig {
  return Array.isArray(layer.config.layers)
}

export function isSequential(model: ModelConfig): boolean {
  return model.config.input_layers === undefined
}

export function nameOf({ config }: LayerConfig): string {
  return config.name as string
}

/** The layers of a model in their order, with those inside models, wrappers and recurrent layers. */
export function everyLayer(model: ModelConfig): LayerConfig[] {
  return model.config.layers.flatMap((layer) => [layer, ...innerLayers(layer)])
}

function innerLayers({ config }: LayerConfig): LayerConfig[] {
  const { layers, layer, cell, cells } = config as Record<string, LayerConfig & LayerConfig[]>
  const inner: LayerConfig[] = [
    ...(layers ?? []),
    ...(cells ?? []),
    ...[layer, cell].filter((one) => one != null),
  ]
  return inner.flatMap((one) => [one, ...innerLayers(one)])
}

/** The model, and models inside it at any depth. */
export function everyModel(model: ModelConfig): ModelConfig[] {
  return [model, ...model.config.layers.filter(isModel).flatMap(everyModel)]
}

/** The model that holds a layer of this name. */
export function holderOf(model: ModelConfig, name: string): ModelConfig | undefined {
  return everyModel(model).find(({ config }) => config.layers.some((layer) => nameOf(layer) === name))
}

export function layerNamed(model: ModelConfig, name: string): LayerConfig | undefined {
  return holderOf(model, name)?.config.layers.find((layer) => nameOf(layer) === name)
}

/** A name that no layer has. */
export function freeName(model: ModelConfig, wanted: string): string {
  const taken = new Set(everyLayer(model).map(nameOf))
  let name = wanted
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`
  return name
}
