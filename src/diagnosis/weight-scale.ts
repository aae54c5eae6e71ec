import type * as tf from '@tensorflow/tfjs'
import { allLayers } from '../training/layers.js'

export interface WeightScale {
  /** Index of the layer in `model.layers`; of a nested layer, that of the one it is in. */
  index: number
  className: string
  deviation: number
  fanIn: number
  /** 1 / √fanIn keeps the variance of the inputs (LeCun); Glorot and He are within a factor of √2 of it. */
  usual: number
  ratio: number
}

/** Kernels this many times wider than 1 / √fanIn multiply the activations at every layer. He's is 1.41. */
const excessive = 3

/** The kernel that is farthest above the usual scale of initial weights, if any is excessive. */
export function largestInitialWeights(
  layers: readonly tf.layers.Layer[] | undefined,
): WeightScale | undefined {
  let worst: WeightScale | undefined
  const counted = (layers ?? []).flatMap((layer, index) =>
    allLayers([layer]).map((inner) => ({ inner, index })),
  )
  for (const { inner: layer, index } of counted) {
    if (!/^(Dense|Conv)/.test(layer.getClassName())) continue
    const kernel = layer.getWeights()[0]
    if (!kernel || kernel.rank < 2) continue
    const values = kernel.dataSync()
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i]! ** 2
    const deviation = Math.sqrt(sum / values.length)
    const fanIn = kernel.size / kernel.shape[kernel.rank - 1]!
    const usual = 1 / Math.sqrt(fanIn)
    const ratio = deviation / usual
    if (ratio > excessive && ratio > (worst?.ratio ?? 0)) {
      worst = { index, className: layer.getClassName(), deviation, fanIn, usual, ratio }
    }
  }
  return worst
}
