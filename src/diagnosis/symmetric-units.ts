import type * as tf from '@tensorflow/tfjs'
import { allLayers } from '../training/layers.js'
import type { Examples, Trainable } from '../training/trainable.js'
import { lossGradients } from '../training/weight-gradients.js'
import type { Cause } from './cause.js'

/** Numbers of a kernel, or of its gradient; its last axis counts the units. */
interface Kernel {
  name: string
  units: number
  values: ArrayLike<number>
}

/**
 * Looks on at kernels whose units all start with the same weights. That alone is no fault: different weights behind them,
 * or dropout, give them different gradients, and they part. Units that still have one gradient after some steps never do.
 */
export function watchSymmetry() {
  let names: string[] = []
  let recurrent: string[] = []
  const look = (program: Trainable, batch: Examples, gradients?: tf.NamedTensorMap) => {
    if (names.length === 0) return
    const alike = (all: tf.NamedTensorMap) =>
      kernelsOf(all)
        .filter(movesSymmetric)
        .map(({ name }) => name)
    const found = gradients ? alike(gradients) : lossGradients(program, batch, alike)
    names = names.filter((name) => found?.includes(name))
  }
  return {
    begin(program: Trainable, batch: Examples): void {
      names = kernelsOf(program.weights())
        .filter(startsSymmetric)
        .map(({ name }) => name)
      recurrent = symmetricRecurrences(program)
      if (!program.stepWithGradients) look(program, batch)
    },
    /** After the first and the last step, with the gradients of that step where they are known. */
    look,
    causes: (steps: number): Cause[] =>
      names.length > 0
        ? [causeOfSymmetry(names, steps)]
        : recurrent.length > 0
          ? [causeOfSymmetricRecurrence(recurrent)]
          : [],
  }
}

/**
 * Recurrent layers whose units start equal in all of their weights. What comes behind them drives the units apart only
 * slowly: each sees the sum of all at every time step.
 */
function symmetricRecurrences({ layers = [] }: Trainable): string[] {
  return allLayers(layers)
    .filter((layer) => /^(SimpleRNN|GRU|LSTM)$/.test(layer.getClassName()))
    .filter((layer) => {
      const { units } = (layer as unknown as { cell: { units: number } }).cell
      const weights = layer.getWeights().map((weight) => weight.dataSync())
      const nonzero = weights.slice(0, 2).every((values) => values.some((value) => value !== 0))
      const alike = weights.every((values) => values.every((value, i) => value === values[i - (i % units)]))
      // What a Bidirectional was made from is never built.
      return weights.length > 1 && units > 1 && nonzero && alike
    })
    .map(({ name }) => name)
}

function kernelsOf(tensors: tf.NamedTensorMap): Kernel[] {
  return Object.entries(tensors)
    .filter(([, { rank }]) => rank > 1)
    .map(([name, tensor]) => ({ name, units: tensor.shape.at(-1)!, values: tensor.dataSync() }))
}

/** Recurrent kernels hold the units once for each gate: three in a GRU, four in an LSTM. */
const gates = [1, 3, 4]
/** Sums of equal terms in another order differ by about this share of the largest. */
const rounding = 1e-4

/** All units start with the same weights. Zeros do not count: heads and gains start there on purpose. */
function startsSymmetric({ units, values }: Kernel): boolean {
  if (units < 2) return false
  let zero = true
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== values[i - (i % units)]) return false
    if (values[i] !== 0) zero = false
  }
  return !zero
}

/** All units have the same gradient, gate by gate, and it is not zero. */
function movesSymmetric({ units, values }: Kernel): boolean {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!))
  if (!(largest > 0)) return false
  return gates.some((count) => {
    const width = units / count
    if (!Number.isInteger(width) || width < 2) return false
    for (let i = 0; i < values.length; i++)
      if (!(Math.abs(values[i]! - values[i - (i % width)]!) <= rounding * largest)) return false
    return true
  })
}

const fix =
  "remove the constant kernelInitializer and recurrentInitializer ('ones'); the defaults draw each weight"

function causeOfSymmetricRecurrence(names: readonly string[]): Cause {
  return {
    name: 'symmetric-init',
    evidence: `all units of ${names.map((name) => `'${name}'`).join(', ')} start with the same kernel, recurrent kernel and bias, so at first the layer holds no more than one unit would`,
    fix,
  }
}

function causeOfSymmetry(names: readonly string[], steps: number): Cause {
  const list = names.map((name) => `'${name}'`).join(', ')
  return {
    name: 'symmetric-init',
    evidence: `all units of ${list} start with the same weights and still get the same gradient after ${steps} steps: they learn the same, as one unit would`,
    fix,
  }
}
