import * as tf from '@tensorflow/tfjs'
import { FactoryError, InvalidArgumentError } from '../errors.js'
import { describe } from './examples.js'
import { coreOf, isLayersModel } from './internals.js'
import { LayersModelProgram } from './layers-model.js'
import { LayersView } from './layers-view.js'
import { takeMade, tellOpened } from './opened.js'
import { copyOptimizer } from './optimizer-copy.js'
import { withSeed } from './seed.js'
import type { Subject, Trainable, Viewed } from './trainable.js'

/** What factories returned: each may be trained, and disposed, only once. */
const usedPrograms = new WeakSet<object>()
/** A factory that hands an optimizer out again shares it between models. */
const usedOptimizers = new WeakSet<object>()

/**
 * A program ready to be trained, all of it ours: freshly made by the factory under `seed`, or a copy of the
 * given model. Always dispose it. Throws `InvalidArgumentError` when the subject is neither.
 */
export async function openProgram(subject: Subject, seed: number): Promise<Trainable> {
  if (typeof subject === 'function') return takeMade(subject, seed) ?? openFactory(subject, seed)
  tellOpened(subject, seed, undefined)
  if (isLayersModel(subject)) return copyModel(subject)
  if (isTrainable(subject)) {
    if (subject.clone) return subject.clone()
    throw new InvalidArgumentError(
      'subject',
      'a live Trainable without clone()',
      'a factory, () => createTrainable(), so that every check starts from a fresh one',
    )
  }
  return refuse(subject)
}

/** What only shows it: neither freed nor changed. */
function borrow(program: Trainable): Viewed {
  const { inputNames, outputNames, lossDescriptions, layers } = program
  return {
    predict: (xs) => program.predict(xs),
    weights: () => program.weights(),
    dispose: () => {},
    ...(program.activations && { activations: (xs) => program.activations!(xs) }),
    ...(layers && { layers }),
    ...(inputNames && { inputNames }),
    ...(outputNames && { outputNames }),
    ...(lossDescriptions && { lossDescriptions }),
  }
}

function refuse(subject: unknown): never {
  throw new InvalidArgumentError(
    'subject',
    describe(subject),
    'a compiled tf.LayersModel, a Trainable, or a factory that returns one',
  )
}

/**
 * A program that is only looked at: it need not be compiled, and what is given is not copied. Always dispose it: what a
 * factory made is freed then, what was given stays as it is.
 */
export async function openView(subject: Subject, seed: number): Promise<Viewed> {
  tellOpened(subject, seed, undefined)
  if (typeof subject === 'function') {
    const made = await makeFresh(subject, seed)
    return isLayersModel(made) ? new LayersView(made, 'owned') : made
  }
  if (isLayersModel(subject)) return new LayersView(subject, 'borrowed')
  if (isTrainable(subject)) return borrow(subject)
  return refuse(subject)
}

async function openFactory(create: Factory, seed: number): Promise<Trainable> {
  const created = await makeFresh(create, seed)
  tellOpened(create, seed, created)
  if (!isLayersModel(created)) return created
  let program: LayersModelProgram
  try {
    assertFreshOptimizer(created)
    program = new LayersModelProgram(created, 'owned')
  } catch (error) {
    created.dispose()
    throw error
  }
  assertTrainableWeights(program)
  return program
}

type Factory = Extract<Subject, () => unknown>

/** Calls a factory under a seed. Throws where it gives no model, or none of its own. */
async function makeFresh(create: Factory, seed: number): Promise<tf.LayersModel | Trainable> {
  const newest = newestTensorId()
  let created: tf.LayersModel | Trainable
  try {
    created = await withSeed(seed, create)
  } catch (error) {
    throw new FactoryError(error)
  }
  if (!isLayersModel(created) && !isTrainable(created)) {
    throw new InvalidArgumentError(
      'subject',
      `a factory that returned ${describe(created)}`,
      'a model or a Trainable',
    )
  }
  if (usedPrograms.has(created)) {
    throw new InvalidArgumentError(
      'subject',
      'a factory that returned the same model twice',
      'a new model at each call; to check one existing model pass the model itself, it will be copied',
    )
  }
  usedPrograms.add(created)
  const weights: ReadonlyArray<tf.Tensor> = isLayersModel(created)
    ? created.weights.map((weight) => weight.read())
    : Object.values(created.weights())
  if (weights.some((weight) => weight.id <= newest)) {
    throw new InvalidArgumentError(
      'subject',
      'a factory that returned a model made before it was called',
      'a new model at each call; to check one existing model pass the model itself, it will be copied',
    )
  }
  if (weights.length === 0) {
    throw new InvalidArgumentError(
      'subject',
      isLayersModel(created)
        ? 'a model without weights (never built?)'
        : 'a Trainable whose weights() are empty',
      'a model with trainable weights: give the first layer an inputShape, or call the model once',
    )
  }
  return created
}

function assertFreshOptimizer(model: tf.LayersModel): void {
  const { optimizer_ } = coreOf(model)
  if (optimizer_ == null) return
  if (usedOptimizers.has(optimizer_)) {
    throw new InvalidArgumentError(
      'subject',
      'a factory that compiles every model with one and the same optimizer object',
      'a new optimizer at each call: its moments belong to one set of weights',
    )
  }
  usedOptimizers.add(optimizer_)
}

function assertTrainableWeights(program: LayersModelProgram): void {
  if (Object.keys(program.weights()).length > 0) return
  program.dispose()
  throw new InvalidArgumentError(
    'subject',
    'a model with no trainable weights (all layers frozen?)',
    'at least one layer with trainable = true, set before compile()',
    'weights-not-updated',
  )
}

/** A copy through the model's own JSON; a model with unregistered custom layers is trained in place and restored. */
async function copyModel(model: tf.LayersModel): Promise<Trainable> {
  const { loss, metrics, optimizer_ } = coreOf(model)
  if (optimizer_ == null) return new LayersModelProgram(model, 'borrowed')
  const copy = await copyOf(model)
  if (copy === undefined) {
    const borrowed = new LayersModelProgram(model, 'borrowed')
    assertTrainableWeights(borrowed)
    return borrowed
  }
  let program: LayersModelProgram
  try {
    copy.setWeights(model.getWeights())
    copy.compile({
      optimizer: copyOptimizer(optimizer_),
      loss: loss as tf.ModelCompileArgs['loss'],
      metrics: metrics as tf.ModelCompileArgs['metrics'],
    })
    program = new LayersModelProgram(copy, 'owned')
  } catch (error) {
    copy.dispose()
    throw error
  }
  assertTrainableWeights(program)
  return program
}

/** The same layers with weights of their own; undefined when one of them is of an unregistered class. */
async function copyOf(model: tf.LayersModel): Promise<tf.LayersModel | undefined> {
  const variables = () => Object.values(tf.engine().registeredVariables)
  const known = new Set(variables())
  const copying = tf.models.modelFromJSON(model.toJSON(null, false) as unknown as tf.io.ModelJSON)
  // Layers are built before the first await: these are all of the copy, and of a copy that fails half-way.
  const made = variables().filter((variable) => !known.has(variable))
  try {
    return await copying
  } catch {
    tf.dispose(made)
    return undefined
  }
}

function isTrainable(value: unknown): value is Trainable {
  return (
    typeof value === 'object' &&
    value !== null &&
    (['predict', 'loss', 'step', 'weights', 'dispose'] as const).every(
      (method) => typeof (value as Record<string, unknown>)[method] === 'function',
    )
  )
}

/** Tensors are numbered as they are made. */
export function newestTensorId(): number {
  const probe = tf.scalar(0)
  probe.dispose()
  return probe.id
}
