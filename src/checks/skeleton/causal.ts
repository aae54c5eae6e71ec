import * as tf from '@tensorflow/tfjs'
import { causeOfFutureLeak } from '../../diagnosis/dependencies.js'
import { InvalidArgumentError } from '../../errors.js'
import { assertExamples, describe, mapGroup, tensorsOf } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import {
  inputGradients,
  largestDifference,
  partOf,
  predictValues,
  type Values,
} from '../../training/probe.js'
import { randomizeWeights } from '../../training/randomize.js'
import { scramble, spliceEach, spliceGroup } from '../../training/scramble.js'
import type { Examples, Subject, TensorGroup, Trainable } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface CausalOptions extends CheckOptions {
  /** The axis of inputs and outputs that counts the time steps. Default 1: [examples, steps, features]. */
  axis?: number
}

/** The outputs that depend on later inputs, and of them the one that changes most. */
interface FutureLeak {
  leaks: number
  time: number
  /** The first later step whose input changes it. */
  source: number
  change: number
  /** Norm of the gradient of its projection with respect to later inputs: evidence, no reason to fail. */
  gradient: number
}

/** Each step is looked at by so many examples, where there are as many, and by others with random weights. */
const examplesPerStep = 8

/**
 * The output at step t depends on inputs up to t only: when the inputs after t are replaced, outputs up to t must keep
 * every bit. Each example has a t of its own, other ones in each of a few predictions, so that every pair (t, t + 1) is
 * looked at, where an off-by-one shows. Only where something changes each t is looked at by itself, with the same t for
 * all examples: that tells the future from other examples. With the weights as they start and with random ones. No
 * training step.
 */
export async function checkCausal(
  subject: Subject,
  batch: Examples,
  options: CausalOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { axis = 1, seed = defaultSeed } = options
  if (!Number.isInteger(axis) || axis < 1) {
    throw new InvalidArgumentError('options.axis', describe(axis), 'the axis of time, 1 or higher')
  }
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    const first = predictValues(program, batch.xs)
    const steps = stepsOf(batch.xs, first, axis)
    const look = (base: Values[], turn: number) =>
      findLeak(program, batch.xs, base, { axis, steps, seed, turn })
    let leak = look(first, 0)
    let randomWeights = false
    if (!leak && randomizeWeights(program, seed)) {
      leak = look(predictValues(program, batch.xs), 0.5)
      randomWeights = true
    }
    return {
      check: 'causal',
      stage: 'skeleton',
      status: leak ? 'failed' : 'passed',
      summary: leak
        ? `The output at step ${leak.time} depends on the input at step ${leak.source}: ${leak.leaks} of ${steps - 1} outputs see the future.`
        : `Causal: each of ${steps} outputs keeps every bit when all later inputs are replaced.`,
      measured: {
        change: leak?.change ?? 0,
        gradient: leak?.gradient ?? 0,
        leakingSteps: leak?.leaks ?? 0,
      },
      expected: { change: 0, gradient: 0, leakingSteps: 0 },
      causes: leak ? [causeOfFutureLeak({ ...leak, steps: steps - 1, randomWeights })] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

interface Look {
  axis: number
  steps: number
  seed: number
  /** Between 0 and 1: which examples are cut at which steps. */
  turn: number
}

/** `base`: the predictions for `xs`. */
function findLeak(
  program: Trainable,
  xs: TensorGroup,
  base: Values[],
  { seed, ...look }: Look,
): FutureLeak | undefined {
  const { axis, steps } = look
  return tf.tidy(() => {
    const other = mapGroup(xs, (tensor) => scramble(tensor, seed))
    if (keepsThePast(program, xs, other, base, look)) return undefined
    const changeAt = (time: number, changed: TensorGroup) =>
      Math.max(
        ...predictValues(program, changed).map((after, i) => {
          const at = { axis, start: time, length: 1 }
          return largestDifference(partOf(base[i]!, at), partOf(after, at))
        }),
      )
    const changes = Array.from({ length: steps - 1 }, (_, time) =>
      tf.tidy(() => ({
        time,
        change: changeAt(time, spliceGroup(xs, other, { axis, start: 0, length: time + 1 })),
      })),
    ).filter(({ change }) => change !== 0)
    const worst = changes.toSorted((a, b) => b.change - a.change)[0]
    if (!worst) return undefined
    const { time } = worst
    const isSource = (source: number) =>
      tf.tidy(() => changeAt(time, spliceGroup(other, xs, { axis, start: source, length: 1 })) !== 0)
    let source = time + 1
    while (source < steps - 1 && !isSource(source)) source++
    const gradient = gradientAt(inputGradients(program, xs, { seed, select: { axis, at: [time] } }), {
      axis,
      start: time + 1,
      length: steps - time - 1,
    })
    return { ...worst, leaks: changes.length, source, gradient }
  })
}

/**
 * Whether no output changes with what comes after it. Every example is cut at a step of its own, the cuts spread over
 * all steps, and has other inputs behind it.
 */
function keepsThePast(
  program: Trainable,
  xs: TensorGroup,
  other: TensorGroup,
  base: Values[],
  { axis, steps, turn }: Omit<Look, 'seed'>,
): boolean {
  const examples = tensorsOf(xs)[0]!.shape[0]!
  if (base.some(({ shape }) => shape[0] !== examples)) return false
  const cuts = steps - 1
  const rounds = Math.min(cuts, Math.ceil((examplesPerStep * cuts) / examples))
  for (let round = 0; round < rounds; round++) {
    const first = Math.floor(((round + turn) * cuts) / rounds)
    const cutOf = (example: number) => (example + first) % cuts
    const keeps = tf.tidy(() =>
      predictValues(program, withOtherFuture(xs, other, { axis, examples, cutOf })).every((after, i) =>
        keepsUpTo(base[i]!, after, axis, cutOf),
      ),
    )
    if (!keeps) return false
  }
  return true
}

/** Other inputs after the cut of each example. */
function withOtherFuture(
  xs: TensorGroup,
  other: TensorGroup,
  { axis, examples, cutOf }: { axis: number; examples: number; cutOf: (example: number) => number },
): TensorGroup {
  const replacements = tensorsOf(other)
  const inputs = tensorsOf(xs)
  return mapGroup(xs, (tensor) => {
    if (tensor.rank <= axis) return tensor.clone()
    const size = tensor.shape[axis]!
    const ranges = Array.from({ length: examples }, (_, example) => {
      const start = Math.min(cutOf(example) + 1, size)
      return { axis, start, length: size - start }
    })
    return spliceEach(replacements[inputs.indexOf(tensor)]!, tensor, ranges)
  })
}

/** Every example keeps each bit up to its cut. */
function keepsUpTo(
  { shape, values: before }: Values,
  { values: after }: Values,
  axis: number,
  cutOf: (example: number) => number,
): boolean {
  if (after.length !== before.length) return false
  const inner = shape.slice(axis + 1).reduce((product, one) => product * one, 1)
  const row = before.length / shape[0]!
  for (let example = 0; example < shape[0]!; example++) {
    const length = (cutOf(example) + 1) * inner
    for (let at = example * row; at < (example + 1) * row; at += shape[axis]! * inner) {
      if (largestDifference(before.subarray(at, at + length), after.subarray(at, at + length)) > 0)
        return false
    }
  }
  return true
}

function gradientAt(
  gradients: Array<Values | undefined> | undefined,
  range: { axis: number; start: number; length: number },
): number {
  let sum = 0
  for (const gradient of gradients ?? []) {
    if (!gradient || gradient.shape.length <= range.axis) continue
    for (const value of partOf(gradient, range)) sum += value ** 2
  }
  return Math.sqrt(sum)
}

function stepsOf(xs: TensorGroup, outputs: Values[], axis: number): number {
  const sizes = new Set(outputs.map(({ shape }) => shape[axis]))
  const [steps] = sizes
  const fits = tensorsOf(xs).some(({ shape }) => shape[axis] === steps)
  if (sizes.size === 1 && steps !== undefined && steps > 1 && fits) return steps
  const shapes = (all: Array<{ shape: number[] }>) =>
    all.map(({ shape }) => `[${shape.join(', ')}]`).join(', ')
  throw new InvalidArgumentError(
    'options.axis',
    `${axis}, with inputs ${shapes(tensorsOf(xs))} and outputs ${shapes(outputs)}`,
    'an axis that counts the same two or more time steps in inputs and outputs (returnSequences: true?)',
  )
}
