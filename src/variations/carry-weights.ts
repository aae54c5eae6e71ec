import type * as tf from '@tensorflow/tfjs'
import { allLayers } from '../training/layers.js'

/**
 * Copies into `to` every weight of `from` whose layer has the same name and which has the same shape: an arm of an
 * experiment starts from the same numbers as the others wherever it can.
 */
export function carryWeights(from: tf.LayersModel, to: tf.LayersModel): void {
  const sources = weightsByLayer(from)
  for (const [name, targets] of weightsByLayer(to)) {
    const given = sources.get(name)
    if (given?.length !== targets.length) continue
    targets.forEach((target, i) => {
      if (sameShape(target.shape, given[i]!.shape)) target.write(given[i]!.read())
    })
  }
}

interface LayerWeight {
  shape: Array<number | null>
  read(): tf.Tensor
  write(value: tf.Tensor): unknown
}

/** The weights of every layer by the layer's name; those of models inside the model too. */
export function weightsByLayer(model: tf.LayersModel): Map<string, LayerWeight[]> {
  const leaves = allLayers(model.layers).filter((layer) => !('layers' in layer))
  return new Map(leaves.map((layer) => [layer.name, layer.weights as unknown as LayerWeight[]]))
}

export function sameShape(a: ReadonlyArray<number | null>, b: ReadonlyArray<number | null>): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}
