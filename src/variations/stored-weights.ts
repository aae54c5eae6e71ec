import type * as tf from '@tensorflow/tfjs'
import { isTensor } from '../training/examples.js'
import { leavesOf } from './leaves.js'

/** Values of a weight without a tensor. */
export interface StoredWeight {
  shape: number[]
  values: Float32Array
}

/** A weight of a layer, under a key that is the same in every model of the same layers. */
export interface KeyedWeight {
  key: string
  name: string
  weight: { shape: Array<number | null>; read(): tf.Tensor; write(value: tf.Tensor): unknown }
}

/** 'dense_Dense7': a name that TensorFlow.js gave, and that counts up in a process. */
const automatic = /^(\w+)_([A-Z]\w*?)(\d+)$/

/** The weights of a model: by the names of its layers, those with automatic names by their place among their class. */
export function keyedWeights(model: tf.LayersModel): KeyedWeight[] {
  const weights = leavesOf(model.layers).flatMap(({ name, weights }) =>
    weights.map((weight) => ({ name: `${name}/${lastPart(weight.originalName)}`, weight })),
  )
  const keys = keysOf(weights.map(({ name }) => name))
  return weights.map(({ name, weight }, i) => ({
    key: keys[i]!,
    name,
    weight: weight as unknown as KeyedWeight['weight'],
  }))
}

export function storeModel(model: tf.LayersModel): Map<string, StoredWeight> {
  return new Map(keyedWeights(model).map(({ key, weight }) => [key, store(weight.read())]))
}

/** Weights by name: 'layer/kernel', or the names of a custom loop. */
export function storeNamed(weights: tf.NamedTensorMap): Map<string, StoredWeight> {
  const keys = keysOf(Object.keys(weights))
  return new Map(Object.values(weights).map((tensor, i) => [keys[i]!, store(tensor)]))
}

export function isNamedTensors(value: unknown): value is tf.NamedTensorMap {
  const tensors = typeof value === 'object' && value !== null ? Object.values(value) : []
  return tensors.length > 0 && tensors.every(isTensor)
}

/** For 'dense_Dense7/kernel_1' 'Dense 2/kernel', if Dense7 is the second of its class; once more '…/kernel 2'. */
function keysOf(names: readonly string[]): string[] {
  const places = placesOf([...new Set(names.map(layerOf))])
  const counts = new Map<string, number>()
  return names.map((name) => {
    const layer = layerOf(name)
    if (layer === '') return name
    const key = `${places.get(layer) ?? layer}/${lastPart(name).replace(/_\d+$/, '')}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count === 1 ? key : `${key} ${count}`
  })
}

/** The place of each layer with an automatic name among those of its class. */
function placesOf(layers: readonly string[]): Map<string, string> {
  const byClass = new Map<string, Array<{ layer: string; number: number }>>()
  for (const layer of layers) {
    const [, prefix, kind, number] = layer.match(automatic) ?? []
    if (!prefix || prefix.replaceAll('_', '') !== kind!.toLowerCase()) continue
    byClass.set(kind!, [...(byClass.get(kind!) ?? []), { layer, number: Number(number) }])
  }
  const places = new Map<string, string>()
  for (const [kind, found] of byClass) {
    found.sort((a, b) => a.number - b.number)
    for (const [i, { layer }] of found.entries()) places.set(layer, `${kind} ${i + 1}`)
  }
  return places
}

const layerOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')))
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1)

function store(tensor: tf.Tensor): StoredWeight {
  return { shape: [...tensor.shape], values: tensor.dataSync<'float32'>().slice() }
}
