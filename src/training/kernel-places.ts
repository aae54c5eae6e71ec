import type * as tf from '@tensorflow/tfjs'
import type { Viewed } from './trainable.js'

interface LayerVariable {
  read(): tf.Tensor
  originalName?: string
}

/** Where the weights of a program sit, by name: `layer 0 Conv2D`; of several kernels in one layer with their role. */
export function placesOfKernels(program: Pick<Viewed, 'layers' | 'weights'>): Map<string, string> {
  const nameById = new Map(Object.entries(program.weights()).map(([name, { id }]) => [id, name]))
  return new Map(
    (program.layers ?? []).flatMap((layer, index) => {
      const variables = layer.trainableWeights as unknown as LayerVariable[]
      const kernels = variables.filter((variable) => variable.read().rank > 1)
      return kernels.flatMap((kernel) => {
        const name = nameById.get(kernel.read().id)
        const role = kernels.length > 1 ? ` ${kernel.originalName?.split('/').at(-1) ?? ''}` : ''
        return name === undefined ? [] : [[name, `layer ${index} ${layer.getClassName()}${role}`] as const]
      })
    }),
  )
}
