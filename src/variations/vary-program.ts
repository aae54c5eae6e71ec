import * as tf from '@tensorflow/tfjs'
import { coreOf, isLayersModel } from '../training/internals.js'
import { disposeOptimizer } from '../training/optimizer-copy.js'
import type { Trainable } from '../training/trainable.js'
import type { Create } from './variation.js'

type Program = tf.LayersModel | Trainable

/** The factory with each fresh program changed in place; a program that cannot be is freed. */
export function varyProgram(create: Create, change: (program: Program) => void | Promise<void>): Create {
  return async () => {
    const program = await create()
    try {
      await change(program)
    } catch (error) {
      disposeProgram(program)
      throw error
    }
    return program
  }
}

/** Frees a program that nobody trains, with its optimizer. */
export function disposeProgram(program: Program): void {
  if (isLayersModel(program)) disposeModel(program)
  else program?.dispose?.()
}

/** Frees a model, its optimizer and the weights that a model inside it keeps (4.22). */
export function disposeModel(model: tf.LayersModel): void {
  const { optimizer_, isOptimizerOwned } = coreOf(model)
  const weights = model.weights.map((weight) => weight.read())
  if (weights.some((weight) => !weight.isDisposed)) model.dispose()
  tf.dispose(weights.filter((weight) => !weight.isDisposed))
  if (optimizer_ != null && !isOptimizerOwned) disposeOptimizer(optimizer_)
}
