import * as tf from '@tensorflow/tfjs'
import { causeOfMixedExamples } from '../../diagnosis/dependencies.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { assertExamples, countExamples, mapGroup, tensorsOf } from '../../training/examples.js'
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
import { type CheckResult, skippedResult } from '../result.js'

export type ExamplesIndependentOptions = CheckOptions

/** Predictions that depend on other examples of their batch, and of them the one that changes most. */
interface Mixing {
  mixed: number
  /** The example whose prediction changed. */
  example: number
  /** The examples whose inputs change it, as far as they were looked for. */
  dependsOn: number[]
  /** By how much replacing the others changes it. */
  change: number
  /** Norm of the gradient of its projection with respect to the inputs of the others. */
  gradient: number
}

const mostLookedAt = 64

/**
 * The prediction for an example depends on that example alone (Karpathy: "use backprop to chart dependencies"). Two
 * tests in inference mode for the first, the middle and the last example: the inputs of all others are replaced, and
 * the prediction must keep every bit; and the gradient of a random projection of the three with respect to the others
 * must be zero, or moving along the gradient of one must change nothing. With the weights as they start and with random
 * ones. No training step.
 */
export async function checkExamplesIndependent(
  subject: Subject,
  batch: Examples,
  options: ExamplesIndependentOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(batch, 'batch')
  const count = countExamples(batch)
  if (count < 2) throw new InvalidArgumentError('batch', 'a single example', 'at least two examples')
  const program = await openProgram(subject, seed)
  const other = mapGroup(batch.xs, (tensor) => scramble(tensor, seed))
  try {
    const first = predictValues(program, batch.xs)
    assertRows(first, count)
    if (differs(first, predictValues(program, batch.xs))) {
      return skippedResult({
        check: 'examples-independent',
        stage: 'skeleton',
        reason:
          'the predictions for one and the same batch differ from call to call, so no dependency can be told; toEvaluateConsistently names the cause',
        seed,
      })
    }
    const rows = [...new Set([0, count >> 1, count - 1])]
    const look = (base: Values[]) => findMixing(program, batch.xs, base, { other, rows, seed })
    let worst = look(first)
    let randomWeights = false
    if (!worst && randomizeWeights(program, seed)) {
      worst = look(predictValues(program, batch.xs))
      randomWeights = true
    }
    return {
      check: 'examples-independent',
      stage: 'skeleton',
      status: worst ? 'failed' : 'passed',
      summary: worst
        ? `The prediction for example ${worst.example} changes by ${formatNumber(worst.change)} when the inputs of other examples in its batch of ${count} change; it must keep every bit.`
        : `Predictions depend on their own example alone: ${rows.length} of ${count} examples keep every bit when all others are replaced.`,
      measured: {
        change: worst?.change ?? 0,
        gradient: worst?.gradient ?? 0,
        mixedExamples: worst?.mixed ?? 0,
      },
      expected: { change: 0, gradient: 0 },
      causes: worst ? [causeOfMixedExamples({ ...worst, randomWeights }, count)] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    tf.dispose(other)
    program.dispose()
  }
}

/** `base`: the predictions for `xs`; `other`: inputs to replace them by. */
function findMixing(
  program: Trainable,
  xs: TensorGroup,
  base: Values[],
  { other, rows, seed }: { other: TensorGroup; rows: readonly number[]; seed: number },
): Mixing | undefined {
  const rowOf = (example: number) => ({ axis: 0, start: example, length: 1 })
  const changesBy = (others: TensorGroup) => {
    const after = predictValues(program, others)
    return (example: number) =>
      Math.max(
        ...after.map((one, i) =>
          largestDifference(partOf(base[i]!, rowOf(example)), partOf(one, rowOf(example))),
        ),
      )
  }
  const gradientOf = (examples: readonly number[]) => {
    const gradients = inputGradients(program, xs, { seed, select: { axis: 0, at: examples } })
    return { gradients, norm: normOutside(gradients, examples) }
  }
  return tf.tidy(() => {
    const replaced = rows.map((example) => changesBy(spliceGroup(xs, other, rowOf(example)))(example))
    // Where few others are left, the gradient of all rows to them says little.
    const isSparse = 2 * rows.length > base[0]!.shape[0]!
    if (!isSparse && replaced.every((change) => change === 0) && gradientOf(rows).norm === 0) return undefined
    const mixed = rows.flatMap((example, i) => {
      const { gradients, norm: gradient } = gradientOf([example])
      const change = replaced[i] || (gradient > 0 ? alongGradient(example, gradients, gradient) : 0)
      return change === 0 ? [] : [{ example, change, gradient }]
    })
    const worst = mixed.toSorted((a, b) => b.change - a.change)[0]
    if (!worst) return undefined
    const candidates = Array.from({ length: Math.min(base[0]!.shape[0]!, mostLookedAt) }, (_, j) => j)
    const dependsOn = candidates.filter(
      (j) =>
        j !== worst.example && tf.tidy(() => changesBy(spliceGroup(other, xs, rowOf(j)))(worst.example)) > 0,
    )
    return { ...worst, mixed: mixed.length, dependsOn }
  })

  /** A gradient can be an artefact (TensorFlow.js hands ids through an embedding): only a change proves it. */
  function alongGradient(
    example: number,
    gradients: Array<Values | undefined> | undefined,
    norm: number,
  ): number {
    const inputs = tensorsOf(xs, program.inputNames)
    for (const distance of [0.01, 1, 100]) {
      const moved = mapGroup(xs, (tensor) => {
        const direction = gradients?.[inputs.indexOf(tensor)]
        if (!direction) return tensor.clone()
        return tf.add(tensor, tf.mul(tf.tensor(direction.values, direction.shape), distance / norm))
      })
      try {
        const found = changesBy(spliceGroup(xs, moved, rowOf(example)))(example)
        if (found > 0) return found
      } catch {
        return 0
      }
    }
    return 0
  }
}

/** Norm of the gradients with respect to all examples but some. */
function normOutside(gradients: Array<Values | undefined> | undefined, examples: readonly number[]): number {
  let sum = 0
  for (const gradient of gradients ?? []) {
    if (!gradient) continue
    const { values, shape } = gradient
    const width = values.length / shape[0]!
    for (let example = 0; example < shape[0]!; example++) {
      if (examples.includes(example)) continue
      for (let at = example * width; at < (example + 1) * width; at++) sum += values[at]! ** 2
    }
  }
  return Math.sqrt(sum)
}

function differs(a: Values[], b: Values[]): boolean {
  return a.some(({ values }, i) => largestDifference(values, b[i]!.values) > 0)
}

function assertRows(outputs: Values[], count: number): void {
  const wrong = outputs.find(({ shape }) => shape[0] !== count)
  if (!wrong) return
  throw new InvalidArgumentError(
    'subject',
    `predictions of shape [${wrong.shape.join(', ')}] for ${count} examples`,
    'predictions whose first axis counts the examples',
    'examples-mixed',
  )
}
