import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../../errors.js'
import { readWeightsMadeBy } from '../../snapshots/made-by-factory.js'
import { readWeights, type Weights } from '../../snapshots/weights.js'
import { runPlan } from '../../training/planned-run.js'
import type { Run } from '../../training/run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { type CheckOptions, controlOf, defaultSeed } from '../options.js'
import { filtersOf } from './filters-on-grid.js'

/** What has filters: a trained model, one of its layers, a kernel, a program, or a factory of one of them. */
export type FilterSubject =
  | Subject
  | tf.layers.Layer
  | tf.Tensor
  | { program: Trainable; model?: tf.LayersModel | undefined }
  | (() => tf.layers.Layer | tf.Tensor | Promise<tf.layers.Layer | tf.Tensor>)

export interface StructuredFiltersOptions extends CheckOptions {
  /** Index into `model.layers` or name; of a Trainable, of its weights. Default: the first layer with a kernel. */
  layer?: number | string
  /** [height, width] or [height, width, channels] of the image that a dense layer sees. Default: found before a Flatten. */
  inputShape?: readonly number[]
  /** Examples to train on first; without them the weights are tested as they are. */
  train?: Examples
  /** Steps to train on `train`. Default 50; 500 with `of: 'weights'`. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** The same layer before training, as a model, a layer or a kernel, where the subject is trained already. */
  initial?: tf.LayersModel | tf.layers.Layer | tf.Tensor
  /** Test the weights, or what training changed in them. Default: the change with `train` or `initial`. */
  of?: 'weights' | 'change'
  /** Shuffles to compare with. Default 199. */
  permutations?: number
  /** The largest share of shuffles with as much structure. Default 0.01. */
  alpha?: number
}

/** The layer after training, and where it is known before. */
export interface Found {
  after: Weights
  before?: Weights
  run?: Run
}

/** Structure shows in the change within 20 steps; through the initial noise it takes hundreds. See docs/squeeze.md. */
export const stepsFor = ({ of }: StructuredFiltersOptions) => (of === 'weights' ? 500 : 50)

/** The weights to test. Throws `InvalidArgumentError` where they do not lie on a grid. */
export async function findFilters(
  received: FilterSubject,
  options: StructuredFiltersOptions,
): Promise<Found> {
  const { layer, train, initial, seed = defaultSeed } = options
  const subject = isTrainedRun(received) ? (received.model ?? received.program) : received
  if (train) return trainFilters(subject as Subject, train, options)
  const after =
    typeof subject === 'function'
      ? await readWeightsMadeBy(subject, { seed, layer })
      : readWeights(subject, layer)
  assertTestable(after, options)
  if (initial === undefined) return { after }
  const before = readWeights(initial, layer)
  if (before.shape.join() !== after.shape.join()) {
    throw new InvalidArgumentError(
      'options.initial',
      `weights of shape [${before.shape.join(', ')}]`,
      `the same layer before training, [${after.shape.join(', ')}]`,
    )
  }
  return { after, before }
}

async function trainFilters(
  create: Subject,
  train: Examples,
  options: StructuredFiltersOptions,
): Promise<Found> {
  const { layer, steps = stepsFor(options), batchSize = 32, seed = defaultSeed } = options
  let before: Weights | undefined
  const { program, ...run } = await runPlan(
    { create, train, batchSize },
    {
      seed,
      steps,
      ...controlOf(options),
      look: {
        every: 8,
        see: (untrained) => {
          if (before) return undefined
          before = readWeights(holderOf(untrained), layer)
          assertTestable(before, options)
          return undefined
        },
      },
    },
  )
  try {
    return {
      after: run.end === 'non-finite' ? before! : readWeights(holderOf(program), layer),
      before: before!,
      run,
    }
  } finally {
    program.dispose()
  }
}

/** A model tells the class and the input of a layer; a program by hand has weights by name only. */
function holderOf(program: Trainable): unknown {
  return (program as { model?: unknown }).model ?? program
}

function isTrainedRun(value: unknown): value is { program: Trainable; model?: tf.LayersModel | undefined } {
  return typeof value === 'object' && value !== null && 'program' in value && 'losses' in value
}

function assertTestable(weights: Weights, options: StructuredFiltersOptions): void {
  const { inputShape, train, initial, of, alpha = 0.01 } = options
  const together = (train !== undefined || initial !== undefined) && of !== 'weights'
  filtersOf(weights, { inputShape, alpha, together })
}
