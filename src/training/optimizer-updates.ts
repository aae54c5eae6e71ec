import { AsyncLocalStorage } from 'node:async_hooks'
import * as tf from '@tensorflow/tfjs'

/** An optimizer that changed variables. */
export interface OptimizerUpdate {
  optimizer: tf.Optimizer
  /** How many updates it has made, this one included. */
  iteration: number
}

type Records = AsyncLocalStorage<OptimizerUpdate[]>

const watched = Symbol.for('vitest-recipe.optimizer-updates')

/**
 * Runs `body` and keeps the updates that optimizers make in it, across awaits and beside other bodies. Every optimizer
 * of TensorFlow.js (4.22) counts its updates by one method of their base class: an optimizer that a program does not
 * hand over is seen there too.
 */
export async function recordUpdates<Result>(
  body: () => Result | Promise<Result>,
): Promise<{ result: Result; updates: OptimizerUpdate[] }> {
  const updates: OptimizerUpdate[] = []
  const result = await recordsOfOptimizers().run(updates, body)
  return { result, updates }
}

export function recordsOfOptimizers(): Records {
  const prototype = tf.Optimizer.prototype as unknown as {
    incrementIterations(this: tf.Optimizer): void
    [watched]?: Records
  }
  if (prototype[watched]) return prototype[watched]
  const records: Records = new AsyncLocalStorage()
  const { incrementIterations } = prototype
  prototype[watched] = records
  prototype.incrementIterations = function () {
    incrementIterations.call(this)
    records.getStore()?.push({ optimizer: this, iteration: this.iterations })
  }
  return records
}
