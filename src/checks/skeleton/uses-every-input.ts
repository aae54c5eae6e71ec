import * as tf from '@tensorflow/tfjs'
import { causeOfIgnoredInputs } from '../../diagnosis/dependencies.js'
import { assertExamples, mapGroup, tensorsOf } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { inputGradients, largestDifference, partOf, predictValues } from '../../training/probe.js'
import { randomizeWeights } from '../../training/randomize.js'
import { type AxisRange, scramble, splice, spliceEach } from '../../training/scramble.js'
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

/** Of longer axes, evenly spaced parts are looked at. */
const mostParts = 64
/** Random weights of the usual scale, and tiny ones under which nothing saturates whatever the inputs. */
const scales = [1, 1e-3]

/**
 * Some prediction depends on every declared input: on every column of a table, every step and channel of a sequence,
 * every channel of a picture. A part counts as used when the gradient of a random projection of the predictions is
 * not zero there or other values change a prediction, with the initial weights or with random ones. Parts are replaced in
 * few predictions, many at once; one that nothing shows to be used has been replaced by itself. No training step.
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
    if (!parts.every(({ used }) => used)) markOneByOne(program, batch.xs, parts, seed)
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

/** Gradients settle most parts at once; what they leave open is decided by other values, of many parts at once. */
function markUsed(program: Trainable, xs: TensorGroup, parts: Part[], seed: number): void {
  tf.tidy(() => {
    const gradients = inputGradients(program, xs, { seed })
    for (const part of parts) {
      const gradient = gradients?.[part.input]
      if (!part.used && gradient) part.used = partOf(gradient, part.range).some((value) => value !== 0)
    }
    if (parts.every(({ used }) => used)) return
    const probe = probeOf(program, xs, seed)
    // With all of them replaced, nothing changes: none shows with these weights.
    if (!probe.changedBy(parts.filter(({ used }) => !used))) return
    markByExample(
      parts.filter(({ used }) => !used),
      probe,
    )
    for (const part of parts) part.used ||= probe.changedBy([part])
  })
}

/** What these weights hide from several parts at once may show in one. */
function markOneByOne(program: Trainable, xs: TensorGroup, parts: Part[], seed: number): void {
  tf.tidy(() => {
    const probe = probeOf(program, xs, seed)
    for (const part of parts) part.used ||= probe.changedBy([part])
  })
}

/**
 * A part in each second example: those whose prediction changes use it. The predictions for all others must stay what they
 * are, or the program mixes its examples and nothing can be told like this.
 */
function markByExample(open: readonly Part[], probe: Probe): void {
  const slots = probe.examples >> 1
  if (slots < 2) return
  for (let from = 0; from < open.length; from += slots) {
    const partOf = (example: number) =>
      example % 2 === 0 && example < 2 * slots ? open[(from + example / 2) % open.length] : undefined
    const changes = probe.changesBy(partOf)
    if (!changes || changes.some((changed, example) => changed && !partOf(example))) return
    for (const [example, changed] of changes.entries()) if (changed) partOf(example)!.used = true
  }
}

/** Predicts with other values in parts of the inputs. */
interface Probe {
  examples: number
  /** Whether any prediction changes when all these parts are replaced, in every example. */
  changedBy(parts: readonly Part[]): boolean
  /** Which predictions change when each example has a part of its own replaced; undefined where outputs are no rows. */
  changesBy(partOf: (example: number) => Part | undefined): boolean[] | undefined
}

/** To be used within a tidy. */
function probeOf(program: Trainable, xs: TensorGroup, seed: number): Probe {
  const inputs = tensorsOf(xs, program.inputNames)
  const others = inputs.map((input) => scramble(input, seed))
  const examples = inputs[0]!.shape[0]!
  const base = predictValues(program, xs)
  const predictWith = (change: (input: tf.Tensor, other: tf.Tensor, index: number) => tf.Tensor) =>
    predictValues(
      program,
      mapGroup(xs, (tensor) => {
        const index = inputs.indexOf(tensor)
        return change(tensor, others[index]!, index)
      }),
    )
  return {
    examples,
    changedBy: (parts) =>
      tf.tidy(() =>
        predictWith((input, other, index) => {
          const ranges = parts.filter((part) => part.input === index).map(({ range }) => range)
          if (ranges.some(({ axis }) => axis === 0)) return other
          return ranges.reduce((changed, range) => splice(other, changed, range), input)
        }).some(({ values }, i) => largestDifference(values, base[i]!.values) > 0),
      ),
    changesBy(partOf) {
      if (base.some(({ shape }) => shape[0] !== examples)) return undefined
      const range = (example: number, index: number) => {
        const part = partOf(example)
        return part?.input === index ? part.range : undefined
      }
      const all = Array.from({ length: examples }, (_, example) => example)
      return tf.tidy(() => {
        const after = predictWith((input, other, index) =>
          spliceEach(
            other,
            input,
            all.map((example) => range(example, index)),
          ),
        )
        return all.map((example) =>
          after.some(({ values }, i) => {
            const width = values.length / examples
            const [start, end] = [example * width, (example + 1) * width]
            return largestDifference(values.subarray(start, end), base[i]!.values.subarray(start, end)) > 0
          }),
        )
      })
    },
  }
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
