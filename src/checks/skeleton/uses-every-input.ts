import * as tf from '@tensorflow/tfjs'
import { causeOfIgnoredInputs } from '../../diagnosis/dependencies.js'
import { assertExamples, mapGroup, tensorsOf } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { inputGradients, largestDifference, partOf, predictValues } from '../../training/probe.js'
import { randomizeWeights } from '../../training/randomize.js'
import { type AxisRange, scramble, splice } from '../../training/scramble.js'
import { mixSeed } from '../../training/seed.js'
import type { Examples, Subject, TensorGroup, Trainable } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export type UsesEveryInputOptions = CheckOptions

/** A part of the inputs that some prediction should depend on. */
interface Part {
  name: string
  input: number
  range: AxisRange
  used: boolean
}

/** Each untouched part costs a forward pass; of longer axes, evenly spaced parts are looked at. */
const mostParts = 64
/** Random weights of the usual scale, and tiny ones under which nothing saturates whatever the inputs. */
const scales = [1, 1e-3]

/**
 * Some prediction depends on every declared input: on every column of a table, every step and channel of a sequence,
 * every channel of a picture. A part counts as used when the gradient of a random projection of the predictions is
 * not zero there or other values change a prediction, with the initial weights or with random ones. No training step.
 */
export async function checkUsesEveryInput(
  subject: Subject,
  batch: Examples,
  options: UsesEveryInputOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    const parts = partsOf(batch.xs, program.inputNames)
    markUsed(program, batch.xs, parts, seed)
    for (const [i, scale] of scales.entries()) {
      if (parts.every(({ used }) => used)) break
      if (!randomizeWeights(program, mixSeed(seed, i), scale)) break
      markUsed(program, batch.xs, parts, seed)
    }
    const unused = withoutLeftovers(
      parts.filter(({ used }) => !used),
      program,
      parts,
    )
    const whole = unused.filter(({ range }) => range.axis === 0)
    const ignored = unused
      .filter((part) => part.range.axis === 0 || !whole.some(({ input }) => input === part.input))
      .map(({ name }) => name)
    return {
      check: 'uses-every-input',
      stage: 'skeleton',
      status: ignored.length > 0 ? 'failed' : 'passed',
      summary:
        ignored.length > 0
          ? `${ignored.length} of ${parts.length} parts of the inputs are ignored: ${ignored.slice(0, 8).join(', ')}${ignored.length > 8 ? ' …' : ''}.`
          : `All ${parts.length} parts of the inputs reach the predictions.`,
      measured: { used: parts.length - unused.length, ignored: unused.length },
      expected: { used: parts.length, ignored: 0 },
      causes: ignored.length > 0 ? [causeOfIgnoredInputs(ignored, parts.length)] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

function partsOf(xs: TensorGroup, names: readonly string[] | undefined): Part[] {
  const tensors = tensorsOf(xs, names)
  return tensors.flatMap((tensor, input) => {
    const named = tensors.length === 1 ? '' : ` of input '${names?.[input] ?? input}'`
    const whole: Part = {
      name: tensors.length === 1 ? 'the whole input' : `the whole input '${names?.[input] ?? input}'`,
      input,
      range: { axis: 0, start: 0, length: tensor.shape[0]! },
      used: false,
    }
    return [
      whole,
      ...axesOf(tensor).flatMap(([axis, kind]) =>
        spaced(tensor.shape[axis]!).map((start) => ({
          name: `${kind} ${start}${named}`,
          input,
          range: { axis, start, length: 1 },
          used: false,
        })),
      ),
    ]
  })
}

function axesOf({ rank, dtype }: tf.Tensor): Array<[axis: number, kind: string]> {
  if (rank === 2) return [[1, dtype === 'float32' ? 'column' : 'position']]
  if (rank === 3)
    return [
      [1, 'step'],
      [2, 'channel'],
    ]
  return rank > 3 ? [[rank - 1, 'channel']] : []
}

function spaced(size: number): number[] {
  const count = Math.min(size, mostParts)
  return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count))
}

/** Gradients settle most parts at once; what they leave open is decided by other values. */
function markUsed(program: Trainable, xs: TensorGroup, parts: Part[], seed: number): void {
  tf.tidy(() => {
    const gradients = inputGradients(program, xs, { seed })
    for (const part of parts) {
      const gradient = gradients?.[part.input]
      if (!part.used && gradient) part.used = partOf(gradient, part.range).some((value) => value !== 0)
    }
    if (parts.every(({ used }) => used)) return
    const base = predictValues(program, xs)
    const inputs = tensorsOf(xs, program.inputNames)
    for (const part of parts) {
      if (part.used) continue
      tf.tidy(() => {
        const input = inputs[part.input]!
        const changed = splice(scramble(input, seed), input, part.range)
        const after = predictValues(
          program,
          mapGroup(xs, (tensor) => (tensor === input ? changed : tensor)),
        )
        part.used = after.some(({ values }, i) => largestDifference(values, base[i]!.values) > 0)
      })
    }
  })
}

/** A stride that does not divide the length leaves the last steps out: that is arithmetic, not a fault. */
function withoutLeftovers(unused: Part[], { layers }: Trainable, parts: readonly Part[]): Part[] {
  const strides = (layers ?? []).flatMap((layer) => {
    const { strides } = layer as unknown as { strides?: number | number[] }
    return strides === undefined ? [] : [Math.max(...[strides].flat())]
  })
  const stride = strides.reduce((product, one) => product * one, 1)
  return unused.filter(({ range, input, name }) => {
    if (!name.startsWith('step')) return true
    const steps = parts.filter((part) => part.input === input && part.name.startsWith('step'))
    const trailing = steps.slice(steps.findLastIndex(({ used }) => used) + 1)
    return trailing.length >= stride || !trailing.some((part) => part.range.start === range.start)
  })
}
