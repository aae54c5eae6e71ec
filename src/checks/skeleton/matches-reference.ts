import * as tf from '@tensorflow/tfjs'
import { causeOfMismatch, type Mismatch } from '../../diagnosis/mismatch.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { describe, isTensor, tensorsOf } from '../../training/examples.js'
import type { TensorGroup } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

/** What a function under test may return: tensors, or numbers in nested arrays. */
export type ReferenceValue = TensorGroup | tf.TensorLike
/** A function of tensors, such as a vectorised loss and the loop it generalises. */
export type TensorFunction = (...tensors: tf.Tensor[]) => ReferenceValue | Promise<ReferenceValue>

export interface MatchesReferenceOptions extends CheckOptions {
  /** What both are called with: a tensor, or a list of calls, each a tensor or a list of arguments. */
  on: tf.Tensor | Array<tf.Tensor | tf.Tensor[]>
  /** Allowed difference as a share of the reference. Default 1e-5. */
  rtol?: number
  /** Allowed difference beside it. Default 1e-6. */
  atol?: number
}

interface Plain {
  shape: number[]
  dtype: tf.DataType | undefined
  values: ArrayLike<number>
}

/**
 * A function gives what a reference gives, element by element (Karpathy: "generalize a special case": write the loop,
 * check it, then vectorise). |a − b| ≤ atol + rtol · |b|; NaN equals NaN only, and an infinity itself only. Shapes
 * and, where both are tensors, types must agree. Both are called once per entry of `on`.
 */
export async function checkMatchesReference(
  subject: TensorFunction,
  reference: TensorFunction,
  options: MatchesReferenceOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { rtol = 1e-5, atol = 1e-6, seed = defaultSeed } = options ?? {}
  const calls = callsOf(subject, reference, options)
  let compared = 0
  let mismatch: Mismatch | undefined
  for (const [call, tensors] of calls.entries()) {
    const expected = await valuesOf(reference, tensors)
    const given = await valuesOf(subject, tensors)
    compared += expected.reduce((sum, { values }) => sum + values.length, 0)
    mismatch = compare(given, expected, { call, rtol, atol })
    if (mismatch) break
  }
  return {
    check: 'matches-reference',
    stage: 'skeleton',
    status: mismatch ? 'failed' : 'passed',
    summary: mismatch
      ? `${calls.length > 1 ? `Call ${mismatch.call} of ${calls.length}: ` : ''}${mismatch.what}.`
      : `All ${compared} values of ${calls.length} ${calls.length === 1 ? 'call' : 'calls'} agree with the reference (rtol ${rtol}, atol ${atol}).`,
    measured: mismatch ? { wrong: mismatch.wrong, largestDifference: mismatch.largest } : { wrong: 0 },
    expected: { wrong: 0, tolerance: `${formatNumber(atol)} + ${formatNumber(rtol)} · |reference|` },
    causes: mismatch ? causeOfMismatch(mismatch) : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

async function valuesOf(call: TensorFunction, tensors: tf.Tensor[]): Promise<Plain[]> {
  const result = await call(...tensors)
  if (
    isTensor(result) ||
    (Array.isArray(result) && result.length > 0 && result.every(isTensor)) ||
    isNamed(result)
  ) {
    const outputs = tensorsOf(result as TensorGroup)
    const plain = outputs.map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: tensor.dataSync().slice(),
    }))
    tf.dispose(outputs.filter((tensor) => !tensors.includes(tensor)))
    return plain
  }
  if (typeof result !== 'number' && !Array.isArray(result) && !ArrayBuffer.isView(result)) {
    throw new InvalidArgumentError(
      'subject',
      `a function that returned ${describe(result)}`,
      'tensors or numbers',
    )
  }
  return tf.tidy(() => {
    const tensor = tf.tensor(result as tf.TensorLike)
    return [{ shape: tensor.shape, dtype: undefined, values: tensor.dataSync().slice() }] as never
  })
}

function isNamed(value: unknown): value is tf.NamedTensorMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isTensor(value) &&
    Object.values(value).length > 0 &&
    Object.values(value).every(isTensor)
  )
}

function compare(
  given: Plain[],
  expected: Plain[],
  { call, rtol, atol }: { call: number; rtol: number; atol: number },
): Mismatch | undefined {
  const mismatch = (what: string): Mismatch => ({ call, what, wrong: 1, largest: Number.NaN, kind: 'shape' })
  if (given.length !== expected.length) {
    return mismatch(`${given.length} tensors where the reference gives ${expected.length}`)
  }
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    const own = given[i]!
    const of = expected.length > 1 ? ` of output ${i}` : ''
    if (String(own.shape) !== String(shape)) {
      return mismatch(`Shape [${own.shape.join(', ')}]${of} where the reference has [${shape.join(', ')}]`)
    }
    if (own.dtype && dtype && own.dtype !== dtype) {
      return { ...mismatch(`Type ${own.dtype}${of} where the reference has ${dtype}`), kind: 'dtype' }
    }
    const found = compareValues(own.values, values, rtol, atol)
    if (found.wrong === 0) continue
    const at = indexOf(found.worst, shape)
    return {
      call,
      kind: 'values',
      wrong: found.wrong,
      largest: found.largest,
      nan: found.nan,
      ratio: found.ratio,
      what: `${found.wrong} of ${values.length} values${of} differ, most at ${at}: ${formatNumber(own.values[found.worst]!)} where the reference has ${formatNumber(values[found.worst]!)}`,
    }
  }
  return undefined
}

function compareValues(given: ArrayLike<number>, expected: ArrayLike<number>, rtol: number, atol: number) {
  let [wrong, worst, largest, nan] = [0, 0, -1, 0]
  const ratios = new Set<string>()
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [given[i]!, expected[i]!]
    if (b !== 0) ratios.add((a / b).toPrecision(3))
    if (Object.is(a, b) || a === b) continue
    const finite = Number.isFinite(a) && Number.isFinite(b)
    const difference = finite ? Math.abs(a - b) : Infinity
    if (finite && difference <= atol + rtol * Math.abs(b)) continue
    wrong++
    if (Number.isNaN(a) !== Number.isNaN(b)) nan++
    if (difference > largest) [largest, worst] = [difference, i]
  }
  const ratio = ratios.size === 1 ? Number([...ratios][0]) : undefined
  return { wrong, worst, largest, nan, ratio }
}

function indexOf(at: number, shape: number[]): string {
  const index: number[] = []
  let rest = at
  for (const size of shape.toReversed()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return `[${index.join(', ')}]`
}

function callsOf(subject: unknown, reference: unknown, options: MatchesReferenceOptions): tf.Tensor[][] {
  for (const [name, value] of Object.entries({ subject, reference })) {
    if (typeof value !== 'function')
      throw new InvalidArgumentError(name, describe(value), 'a function of tensors')
  }
  const { on, rtol, atol } = options ?? {}
  for (const [name, value] of Object.entries({ rtol, atol })) {
    if (value !== undefined && !(value >= 0 && Number.isFinite(value))) {
      throw new InvalidArgumentError(`options.${name}`, describe(value), 'a number of at least 0')
    }
  }
  const calls = isTensor(on) ? [[on]] : Array.isArray(on) ? on.map((call) => [call].flat()) : []
  if (calls.length === 0 || !calls.every((call) => call.length > 0 && call.every(isTensor))) {
    throw new InvalidArgumentError(
      'options.on',
      describe(on),
      'a tensor, or a list of tensors or of lists of arguments',
    )
  }
  return calls
}
