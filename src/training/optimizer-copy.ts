import * as tf from '@tensorflow/tfjs'
import { copyFlatMoments } from '../backend/flat-adam.js'
import { InvalidArgumentError } from '../errors.js'
import { isTensor } from './examples.js'

interface OptimizerVariable {
  originalName: string
  variable: tf.Variable
}

type Fields = Record<string, unknown>

/**
 * An independent optimizer with the same settings and the same state (moments, counters), so that a copy of a
 * model goes on training exactly as the original would have. Works on the fields, because the public
 * `getWeights` is missing for some optimizers (Adamax) and asynchronous for the others.
 */
export function copyOptimizer(optimizer: tf.Optimizer): tf.Optimizer {
  let copy: tf.Optimizer
  try {
    const optimizerClass = optimizer.constructor as unknown as {
      fromConfig(cls: unknown, config: unknown): tf.Optimizer
    }
    copy = optimizerClass.fromConfig(optimizerClass, optimizer.getConfig())
  } catch (error) {
    throw new InvalidArgumentError(
      'subject',
      `a live model whose optimizer cannot be copied (${(error as Error).message})`,
      'a factory: () => createModel(), or an optimizer with getConfig() and static fromConfig()',
    )
  }
  const copied = copyFlatMoments(optimizer, copy)
  copyState(optimizer as unknown as Fields, copy as unknown as Fields, copied)
  copyRateInUse(optimizer as unknown as Fields, copy as unknown as Fields)
  return copy
}

/** Frees an optimizer with all its state. Momentum forgets the learning rate it keeps as a tensor (4.22). */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose()
  const { c } = optimizer as unknown as { c?: unknown }
  if (isTensor(c) && !c.isDisposed) c.dispose()
}

function copyState(from: Fields, to: Fields, copied: readonly string[]): void {
  for (const key of Object.keys(from)) {
    if (copied.includes(key)) continue
    const value = from[key]
    if (isVariable(value)) {
      if (isVariable(to[key])) to[key].assign(value)
      else to[key] = copyVariable(value)
    } else if (Array.isArray(value) && value.every(isOptimizerVariable)) {
      to[key] = value.map(({ originalName, variable }) => ({
        originalName,
        variable: copyVariable(variable),
      }))
    } else if (typeof value === 'number' || typeof value === 'boolean') {
      to[key] = value
    }
  }
}

/** SGD and Momentum update by a tensor, which a rate assigned to `learningRate` does not reach (4.22). */
function copyRateInUse(from: Fields, to: Fields): void {
  if (!isTensor(from.c) || from.c.isDisposed || !isTensor(to.c)) return
  to.c.dispose()
  to.c = tf.keep(from.c.clone())
}

function copyVariable(variable: tf.Variable): tf.Variable {
  return tf.tidy(() => tf.variable(variable.clone(), variable.trainable))
}

export function isVariable(value: unknown): value is tf.Variable {
  return typeof value === 'object' && value !== null && 'assign' in value && 'dataId' in value
}

export function isOptimizerVariable(value: unknown): value is OptimizerVariable {
  return typeof value === 'object' && value !== null && 'variable' in value && isVariable(value.variable)
}
