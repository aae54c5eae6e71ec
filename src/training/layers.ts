import * as tf from '@tensorflow/tfjs'

type Layer = tf.layers.Layer
interface Nested {
  layers?: Layer[]
  layer?: Layer
  forwardLayer?: Layer
  backwardLayer?: Layer
  cell?: Layer
  cells?: Layer[]
}

/** All layers, with those inside nested models, wrappers and recurrent cells. */
export function allLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => {
    const nested = layer as unknown as Nested
    const inner = [nested.layer, nested.forwardLayer, nested.backwardLayer, nested.cell].filter(
      (one) => one != null,
    )
    return [layer, ...allLayers([...(nested.layers ?? []), ...inner, ...(nested.cells ?? [])])]
  })
}

/** The settings by which layers of TensorFlow.js add noise in training mode only. */
const noiseSettings: Record<string, string[]> = {
  Dropout: ['rate'],
  SpatialDropout1D: ['rate'],
  AlphaDropout: ['rate'],
  GaussianDropout: ['rate'],
  GaussianNoise: ['stddev'],
  SimpleRNNCell: ['dropout', 'recurrentDropout'],
  GRUCell: ['dropout', 'recurrentDropout'],
  LSTMCell: ['dropout', 'recurrentDropout'],
}

/** Whether a layer adds noise in training mode. */
export function isNoisy(layer: Layer): boolean {
  const settings = layer as unknown as Record<string, number>
  return (noiseSettings[layer.getClassName()] ?? []).some((name) => settings[name]! > 0)
}

/** Whether a layer keeps something from call to call besides its trained weights: statistics, or states of a sequence. */
export function keepsState(layer: Layer): boolean {
  return layer.stateful || (layer.trainable && layer.nonTrainableWeights.length > 0)
}

/** Switches a layer's training noise off. Returns the way back. */
export function silence(layer: Layer): () => void {
  const settings = layer as unknown as Record<string, number>
  const before = (noiseSettings[layer.getClassName()] ?? []).map((name) => [name, settings[name]!] as const)
  for (const [name] of before) settings[name] = 0
  return () => {
    for (const [name, value] of before) settings[name] = value
  }
}

interface DropoutMasks {
  dropoutMask?: tf.Tensor | tf.Tensor[] | null
  recurrentDropoutMask?: tf.Tensor | tf.Tensor[] | null
}

/** Recurrent cells with dropout keep their last mask until their next call. Returns the way to free those made since. */
export function masksSince(layer: Layer): () => void {
  const masks = layer as DropoutMasks
  const names = (['dropoutMask', 'recurrentDropoutMask'] as const).filter((name) => masks[name] == null)
  return () => {
    for (const name of names) {
      tf.dispose(masks[name] ?? [])
      if (masks[name]) masks[name] = null
    }
  }
}

/** Name of the activation the last layer ends with: 'softmax', 'sigmoid', 'linear' …; undefined when not known. */
export function finalActivation(layers: readonly Layer[] | undefined): string | undefined {
  const last = layers?.at(-1)
  if (!last) return undefined
  const { activation } = last as unknown as { activation?: { getClassName?: () => string } }
  if (last.getClassName() === 'Softmax') return 'softmax'
  if (last.getClassName() === 'ReLU') return 'relu'
  return activation?.getClassName?.()
}
