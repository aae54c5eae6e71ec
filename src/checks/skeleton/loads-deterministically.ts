import * as tf from '@tensorflow/tfjs'
import { causeOfLoaderDifference, type LoaderDifference } from '../../diagnosis/loader.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { assertExamples, countExamples, describe, tensorsOf } from '../../training/examples.js'
import { groupIdenticalInputs } from '../../training/identical-inputs.js'
import { largestDifference } from '../../training/probe.js'
import { mixSeed, withSeed } from '../../training/seed.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface LoadsDeterministicallyOptions extends CheckOptions {
  /** The same examples in another order count as the same. Default false. */
  anyOrder?: boolean
}

/**
 * Two calls of a loader give the same examples to the last bit, although `Math.random` differs between them: no
 * augmentation and no unseeded shuffle at this stage (Karpathy: "simplify … turn off data augmentation"). Tensors
 * that both calls hand out stay the loader's; others are freed.
 */
export async function checkLoadsDeterministically(
  load: () => Examples | Promise<Examples>,
  options: LoadsDeterministicallyOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, anyOrder = false } = options
  if (typeof load !== 'function') {
    throw new InvalidArgumentError('subject', describe(load), 'a function that loads { xs, ys }')
  }
  const first = await withSeed(mixSeed(seed, 'first load'), load)
  assertExamples(first, 'examples')
  const second = await withSeed(mixSeed(seed, 'second load'), load)
  assertExamples(second, 'examples')
  try {
    const found = compare(first, second)
    const difference = anyOrder && found?.kind === 'order' ? undefined : found
    const count = countExamples(first)
    return {
      check: 'loads-deterministically',
      stage: 'skeleton',
      status: difference ? 'failed' : 'passed',
      summary: difference
        ? `Two calls of the loader differ: ${difference.finding}.`
        : `Two calls of the loader give the same ${count} examples to the last bit${found ? ', in another order' : ''}.`,
      measured: { difference: difference?.size ?? 0, examples: count },
      expected: { difference: 0 },
      causes: difference ? [causeOfLoaderDifference(difference)] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    const [a, b] = [tensorsIn(first), tensorsIn(second)]
    tf.dispose(
      [...a, ...b].filter((tensor) => !(a.includes(tensor) && b.includes(tensor)) && !tensor.isDisposed),
    )
  }
}

const tensorsIn = ({ xs, ys, sampleWeight }: Examples): tf.Tensor[] => [
  ...tensorsOf(xs),
  ...tensorsOf(ys),
  ...(sampleWeight ? tensorsOf(sampleWeight) : []),
]

function compare(first: Examples, second: Examples): LoaderDifference | undefined {
  const counts = [countExamples(first), countExamples(second)] as const
  if (counts[0] !== counts[1]) {
    return {
      kind: 'count',
      size: Math.abs(counts[0] - counts[1]),
      finding: `${counts[0]} examples, then ${counts[1]}`,
    }
  }
  const size = (a: tf.Tensor[], b: tf.Tensor[]) =>
    a.length === b.length
      ? Math.max(...a.map((tensor, i) => largestDifference(tensor.dataSync(), b[i]!.dataSync())))
      : Infinity
  const inputs = size(tensorsOf(first.xs), tensorsOf(second.xs))
  const labels = size(tensorsOf(first.ys), tensorsOf(second.ys))
  const difference = Math.max(inputs, labels)
  if (difference === 0) return undefined
  const [parts, kind] =
    inputs > 0 && labels > 0
      ? (['inputs and labels', isReordered(first, second) ? 'order' : 'examples'] as const)
      : inputs > 0
        ? (['inputs', isReordered(first, second) ? 'order' : 'inputs'] as const)
        : (['labels', 'labels'] as const)
  return {
    kind,
    size: difference,
    finding:
      kind === 'order'
        ? `the same ${counts[0]} examples come in another order`
        : `${parts} differ by up to ${formatNumber(difference)}`,
  }
}

/** Whether both hold the same inputs, each as often. */
function isReordered(first: Examples, second: Examples): boolean {
  const xs = tf.tidy(() => {
    const others = tensorsOf(second.xs)
    return tensorsOf(first.xs).map((tensor, i) => tf.keep(tf.concat([tensor, others[i]!], 0)))
  })
  const groups = groupIdenticalInputs({ xs, ys: xs })
  tf.dispose(xs)
  const half = groups.length / 2
  const balance = new Map<number, number>()
  groups.forEach((group, i) => {
    balance.set(group, (balance.get(group) ?? 0) + (i < half ? 1 : -1))
  })
  return [...balance.values()].every((value) => value === 0)
}
