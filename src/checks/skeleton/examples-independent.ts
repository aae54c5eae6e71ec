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

/** A prediction that depends on other examples of its batch. */
export interface MixedExample {
  /** The example whose prediction changed. */
  example: number
  /** The examples whose inputs change it, as far as they were looked for. */
  dependsOn: number[]
  /** By how much replacing the others changes it. */
  change: number
  /** Norm of the gradient of its projection with respect to the inputs of the others. */
  gradient: number
  randomWeights: boolean
}

const mostLookedAt = 64

/**
 * The prediction for an example depends on that example alone (Karpathy: "use backprop to chart dependencies"). Two
 * tests in inference mode for the first, the middle and the last example: the inputs of all others are replaced, and
 * the prediction must keep every bit; and the gradient of its random projection with respect to the others must be
 * zero, or moving along it must change nothing. With the weights as they start and with random ones. No training step.
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
    const look = (randomWeights: boolean) =>
      rows.flatMap((example) => findMixing(program, batch.xs, { example, seed, randomWeights }) ?? [])
    let mixed = look(false)
    if (mixed.length === 0 && randomizeWeights(program, seed)) mixed = look(true)
    const [worst] = mixed.sort((a, b) => b.change - a.change)
    return {
      check: 'examples-independent',
      stage: 'skeleton',
      status: worst ? 'failed' : 'passed',
      summary: worst
        ? `The prediction for example ${worst.example} changes by ${formatNumber(worst.change)} when the inputs of other examples in its batch of ${count} change; it must keep every bit.`
        : `Predictions depend on their own example alone: ${rows.length} of ${count} examples keep every bit when all others are replaced.`,
      measured: { change: worst?.change ?? 0, gradient: worst?.gradient ?? 0, mixedExamples: mixed.length },
      expected: { change: 0, gradient: 0 },
      causes: worst ? [causeOfMixedExamples(worst, count)] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

function findMixing(
  program: Trainable,
  xs: TensorGroup,
  { example, seed, randomWeights }: { example: number; seed: number; randomWeights: boolean },
): MixedExample | undefined {
  return tf.tidy(() => {
    const row = { axis: 0, start: example, length: 1 }
    const base = predictValues(program, xs)
    const changeBy = (others: TensorGroup) =>
      Math.max(
        ...predictValues(program, others).map((after, i) =>
          largestDifference(partOf(base[i]!, row), partOf(after, row)),
        ),
      )
    const other = mapGroup(xs, (tensor) => scramble(tensor, seed))
    const replaced = changeBy(spliceGroup(xs, other, row))
    const gradients = inputGradients(program, xs, { seed, select: row })
    const gradient = normOutside(gradients, example)
    const change = replaced || (gradient > 0 ? alongGradient() : 0)
    if (change === 0) return undefined
    const count = base[0]!.shape[0]!
    const candidates = Array.from({ length: Math.min(count, mostLookedAt) }, (_, j) => j)
    const dependsOn = candidates.filter(
      (j) => j !== example && changeBy(spliceGroup(other, xs, { axis: 0, start: j, length: 1 })) > 0,
    )
    return { example, dependsOn, change, gradient, randomWeights }

    /** A gradient can be an artefact (TensorFlow.js hands ids through an embedding): only a change proves it. */
    function alongGradient(): number {
      const inputs = tensorsOf(xs, program.inputNames)
      for (const distance of [0.01, 1, 100]) {
        const moved = mapGroup(xs, (tensor) => {
          const direction = gradients?.[inputs.indexOf(tensor)]
          if (!direction) return tensor.clone()
          return tf.add(tensor, tf.mul(tf.tensor(direction.values, direction.shape), distance / gradient))
        })
        try {
          const found = changeBy(spliceGroup(xs, moved, row))
          if (found > 0) return found
        } catch {
          return 0
        }
      }
      return 0
    }
  })
}

function normOutside(gradients: Array<Values | undefined> | undefined, example: number): number {
  let sum = 0
  for (const gradient of gradients ?? []) {
    if (!gradient) continue
    const width = gradient.values.length / gradient.shape[0]!
    gradient.values.forEach((value, at) => {
      if (Math.floor(at / width) !== example) sum += value ** 2
    })
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
