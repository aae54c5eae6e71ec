import type * as tf from '@tensorflow/tfjs'

/** The layers, those of models inside the model in their place. */
export function leavesOf(layers: readonly tf.layers.Layer[]): tf.layers.Layer[] {
  return layers.flatMap((layer) =>
    'layers' in layer ? leavesOf(layer.layers as tf.layers.Layer[]) : [layer],
  )
}
