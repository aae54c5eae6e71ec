import type * as tf from '@tensorflow/tfjs'

/*
 * What we need of the things that hold weights. Recognised by shape, not by class: a test and this package may
 * load two copies of TensorFlow.js, and `instanceof` is false across them.
 */

export interface TensorLike {
  shape: readonly number[]
  dtype: string
  id?: number
  isDisposed?: boolean
  dataSync(): unknown
}

export interface WeightVariable {
  name: string
  originalName?: string
}

export interface LayerLike {
  name: string
  getClassName(): string
  getWeights(): TensorLike[]
  weights?: readonly WeightVariable[]
  inboundNodes?: ReadonlyArray<{
    inputShapes?: ReadonlyArray<ReadonlyArray<number | null>>
    inboundLayers?: readonly LayerLike[]
  }>
}

export interface ModelLike extends LayerLike {
  layers: readonly LayerLike[]
  dispose(): unknown
}

export interface WeightedTrainable {
  weights(): tf.NamedTensorMap | Record<string, tf.Variable>
  dispose(): void
}

export function isTensor(value: unknown): value is TensorLike {
  return hasMethods(value, ['dataSync']) && 'shape' in value && 'dtype' in value
}

export function isLayer(value: unknown): value is LayerLike {
  return hasMethods(value, ['getWeights', 'getClassName'])
}

export function isModel(value: unknown): value is ModelLike {
  return isLayer(value) && 'layers' in value && Array.isArray(value.layers)
}

export function isTrainable(value: unknown): value is WeightedTrainable {
  return hasMethods(value, ['weights', 'dispose', 'step'])
}

function hasMethods(value: unknown, methods: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  )
}
