import type * as tf from '@tensorflow/tfjs'
import type { Trainable } from './trainable.js'

/** The trainable weights of a program as they are now, to be put back later. Dispose it. */
export interface WeightCopies {
  putBack(): void
  dispose(): void
}

/** Copies the trainable weights, and of a layers model the batch statistics too. */
export function copyWeights(program: Trainable): WeightCopies {
  const variables = variablesOf(program)
  const copies = variables.map((variable) => variable.clone())
  // Clones share the buffer of the variable until a step assigns it another.
  return {
    putBack: () => {
      for (const [i, variable] of variables.entries()) variable.assign(copies[i]!)
    },
    dispose: () => {
      for (const copy of copies) copy.dispose()
    },
  }
}

function variablesOf(program: Trainable): tf.Variable[] {
  const layers = program.layers ?? []
  const all = layers.flatMap((layer) => layer.weights.map((weight) => weight.read() as tf.Variable))
  const byId = new Map([...all, ...(Object.values(program.weights()) as tf.Variable[])].map((v) => [v.id, v]))
  return [...byId.values()].filter(({ assign }) => typeof assign === 'function')
}
