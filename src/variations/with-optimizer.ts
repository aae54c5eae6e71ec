import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { coreOf, isLayersModel } from '../training/internals.js'
import { disposeOptimizer } from '../training/optimizer-copy.js'
import type { Trainable } from '../training/trainable.js'
import type { Variation } from './variation.js'
import { varyProgram } from './vary-program.js'

/** Another optimizer, made anew for each program: its moments belong to one set of weights. */
export function withOptimizer(make: () => tf.Optimizer): Variation {
  if (typeof make !== 'function') {
    throw new InvalidArgumentError(
      'withOptimizer',
      isOptimizer(make) ? 'an optimizer, which every program would share' : describe(make),
      'a function that makes one: () => tf.train.adam(0.001)',
    )
  }
  const fresh = () => {
    const optimizer = make()
    if (isOptimizer(optimizer)) return optimizer
    throw new InvalidArgumentError(
      'withOptimizer',
      `a function that returned ${describe(optimizer)}`,
      'a tf.Optimizer: () => tf.train.adam(0.001)',
    )
  }
  return (recipe) => ({
    ...recipe,
    create: varyProgram(recipe.create, (program) => {
      if (isLayersModel(program)) replaceInModel(program, fresh)
      else replaceInLoop(program, fresh)
    }),
  })
}

function replaceInModel(model: tf.LayersModel, fresh: () => tf.Optimizer): void {
  const core = coreOf(model)
  const replaced = core.optimizer_
  // A model that is not compiled is refused when it is opened.
  if (replaced == null) return
  const optimizer = fresh()
  // A Sequential keeps the optimizer twice; only `compile` reaches both, and would also recompile metrics.
  for (const part of [core, model as unknown as typeof core]) {
    part.optimizer_ = optimizer
    part.isOptimizerOwned = false
  }
  if (replaced !== optimizer) disposeOptimizer(replaced)
}

function replaceInLoop(program: Trainable, fresh: () => tf.Optimizer): void {
  const replaced = program.optimizer
  const optimizer = replaced && fresh()
  if (optimizer && assigned(program, optimizer)) {
    // A setter may have freed it: once more does nothing.
    disposeOptimizer(replaced)
    return
  }
  if (optimizer) disposeOptimizer(optimizer)
  throw new InvalidArgumentError(
    'withOptimizer',
    'a custom loop whose optimizer cannot be replaced',
    'a Trainable with a field or setter `optimizer` that step() uses, or a variant written by hand: { ...recipe, create: … }',
  )
}

function assigned(program: Trainable, optimizer: tf.Optimizer): boolean {
  try {
    program.optimizer = optimizer
  } catch {
    return false
  }
  return isAccessor(program, 'optimizer') || program.optimizer === optimizer
}

function isAccessor(object: object, name: string): boolean {
  for (let owner: object | null = object; owner; owner = Object.getPrototypeOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, name)
    if (property) return property.set !== undefined
  }
  return false
}

/** Recognised by shape, not by class: several copies of TensorFlow.js may live in one process. */
function isOptimizer(value: unknown): value is tf.Optimizer {
  return typeof value === 'object' && value !== null && 'minimize' in value && 'applyGradients' in value
}
