import type * as tf from '@tensorflow/tfjs'
import { openProgram } from '../training/open.js'
import type { Trainable } from '../training/trainable.js'

type Values = Record<string, unknown>

/** One layer as its configuration describes it, without its name. */
export interface LayerFacts {
  className: string
  config: Values
}

/** What can be known of a program from outside, JSON only. */
export interface ProgramFacts {
  /** Undefined for a program that does not show its layers. */
  layers: LayerFacts[] | undefined
  /** Shapes of the trainable weights, in the program's order. */
  shapes: number[][]
  /** Sums of the weights and of their squares right after `create`, under the seed. */
  initial: number[]
  optimizer: { className: string; config: Values } | undefined
  /** As the model was compiled with; undefined for a program that is no layers model. */
  losses: string[] | undefined
  /** What the losses compute, where that is known. */
  lossDescriptions: string[]
}

/** Looks at a fresh program made under `seed`. */
export async function factsOf(create: () => unknown, seed: number): Promise<ProgramFacts> {
  const program = await openProgram(create as Parameters<typeof openProgram>[0], seed)
  try {
    const weights = Object.values(program.weights())
    return {
      layers: program.layers && flat(program.layers).map(layerFacts),
      shapes: weights.map(({ shape }) => [...shape]),
      initial: weights.flatMap(momentsOf),
      optimizer: optimizerFacts(program.optimizer),
      losses: compiledLosses(program),
      lossDescriptions: (program.lossDescriptions ?? []).map((description) => JSON.stringify(description)),
    }
  } finally {
    program.dispose()
  }
}

/** Layers of nested models too; an InputLayer is only another way to write the shape of the inputs. */
function flat(layers: readonly tf.layers.Layer[]): tf.layers.Layer[] {
  return layers.flatMap((layer) => {
    const { layers: inner } = layer as { layers?: tf.layers.Layer[] }
    if (inner) return flat(inner)
    return layer.getClassName() === 'InputLayer' ? [] : [layer]
  })
}

function layerFacts(layer: tf.layers.Layer): LayerFacts {
  const config = JSON.parse(JSON.stringify(layer.getConfig())) as Values
  return { className: layer.getClassName(), config: unwrapped(config) }
}

const wrapped = ['layer', 'cell', 'forward_layer', 'forwardLayer', 'backward_layer', 'backwardLayer']

/** The settings of a layer, and of the one inside it, without names: every model numbers its layers anew. */
function unwrapped({ name: _, ...config }: Values): Values {
  const own = Object.entries(config).filter(([key]) => !wrapped.includes(key))
  const inner = wrapped.flatMap((key) => {
    const { config: settings } = (config[key] ?? {}) as { config?: Values }
    return settings ? Object.entries(unwrapped(settings)) : []
  })
  return Object.fromEntries([...inner, ...own])
}

function optimizerFacts(optimizer: tf.Optimizer | undefined): ProgramFacts['optimizer'] {
  if (!optimizer) return undefined
  const config = JSON.parse(JSON.stringify(optimizer.getConfig?.() ?? {})) as Values
  return { className: optimizer.getClassName?.() ?? optimizer.constructor.name, config }
}

function compiledLosses(program: Trainable): string[] | undefined {
  const { model } = program as { model?: { loss?: unknown } }
  return model?.loss === undefined ? undefined : [model.loss].flat().map(sayLoss)
}

const sayLoss = (loss: unknown): string =>
  typeof loss === 'object' && loss !== null
    ? Object.entries(loss)
        .map(([name, one]) => `${name}: ${sayLoss(one)}`)
        .join(', ')
    : String(loss)

function momentsOf(weight: tf.Tensor): number[] {
  const values = weight.dataSync()
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    // Position counts: the same values in another order are other weights.
    sum += values[i]! * (1 + (i % 97))
    squares += values[i]! ** 2
  }
  return [sum, squares]
}
