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
import { scramble, spliceGroup } from '../../training/scramble.js'
import type { Examples, Subject, TensorGroup, Trainable } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface CausalOptions extends CheckOptions {
  /** The axis of inputs and outputs that counts the time steps. Default 1: [examples, steps, features]. */
  axis?: number
}

/** An output that depends on a later input. */
type Leak = {
  time: number
  /** The first later step whose input changes it. */
  source: number
  change: number
  gradient: number
}

/**
 * The output at step t depends on inputs up to t only. For every t the inputs after t are replaced: outputs up to t
 * must keep every bit; and the gradient of a random projection of the output at t with respect to later inputs must
 * be zero. Every pair (t, t + 1) is looked at, where an off-by-one shows. With the weights as they start and with
 * random ones. No training step.
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
    const steps = stepsOf(batch.xs, predictValues(program, batch.xs), axis)
    const look = () => findLeaks(program, batch.xs, { axis, steps, seed })
    let leaks = look()
    let randomWeights = false
    if (leaks.length === 0 && randomizeWeights(program, seed)) {
      leaks = look()
      randomWeights = true
    }
    const worst = leaks.toSorted((a, b) => b.change - a.change)[0]
    return {
      check: 'causal',
      stage: 'skeleton',
      status: worst ? 'failed' : 'passed',
      summary: worst
        ? `The output at step ${worst.time} depends on the input at step ${worst.source}: ${leaks.length} of ${steps - 1} outputs see the future.`
        : `Causal: each of ${steps} outputs keeps every bit when all later inputs are replaced.`,
      measured: {
        change: worst?.change ?? 0,
        gradient: worst?.gradient ?? 0,
        leakingSteps: leaks.length,
      },
      expected: { change: 0, gradient: 0, leakingSteps: 0 },
      causes: worst
        ? [causeOfFutureLeak({ ...worst, leaks: leaks.length, steps: steps - 1, randomWeights })]
        : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

function findLeaks(
  program: Trainable,
  xs: TensorGroup,
  { axis, steps, seed }: { axis: number; steps: number; seed: number },
): Leak[] {
  return tf.tidy(() => {
    const base = predictValues(program, xs)
    const other = mapGroup(xs, (tensor) => scramble(tensor, seed))
    const changeAt = (time: number, changed: TensorGroup) =>
      Math.max(
        ...predictValues(program, changed).map((after, i) => {
          const at = { axis, start: time, length: 1 }
          return largestDifference(partOf(base[i]!, at), partOf(after, at))
        }),
      )
    const leaks: Leak[] = []
    for (let time = 0; time < steps - 1; time++) {
      const leak = tf.tidy(() => {
        const change = changeAt(time, spliceGroup(xs, other, { axis, start: 0, length: time + 1 }))
        const gradient = gradientAt(
          inputGradients(program, xs, { seed, select: { axis, start: time, length: 1 } }),
          {
            axis,
            start: time + 1,
            length: steps - time - 1,
          },
        )
        if (change === 0) return undefined
        let source = time + 1
        while (
          source < steps - 1 &&
          changeAt(time, spliceGroup(other, xs, { axis, start: source, length: 1 })) === 0
        ) {
          source++
        }
        return { time, source, change, gradient }
      })
      if (leak) leaks.push(leak)
    }
    return leaks
  })
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
