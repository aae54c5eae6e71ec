import * as tf from '@tensorflow/tfjs'
import { causeOfTensorLeak } from '../../diagnosis/tensor-leak.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { blameAllocations } from '../../training/allocations.js'
import { describe, isTensor } from '../../training/examples.js'
import { withSeed } from '../../training/seed.js'
import { assertCounts, type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface NoTensorLeakOptions extends CheckOptions {
  /** Calls before counting: optimizers and caches allocate in the first ones. Default 2. */
  warmUp?: number
  /** Calls counted. Default 4. */
  calls?: number
}

/**
 * Called again and again, a function leaves no more tensors alive than before. What it returns is the caller's and
 * is freed here. Growth that ends within the first half of the counted calls is a cache that fills, not a leak. A
 * leak costs one more call, with a stack trace of every allocation.
 */
export async function checkNoTensorLeak(
  subject: () => unknown,
  options: NoTensorLeakOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { warmUp = 2, calls = 4, seed = defaultSeed } = options
  assertCounts({ warmUp, calls })
  if (typeof subject !== 'function')
    throw new InvalidArgumentError('subject', describe(subject), 'a function')
  const call = () =>
    withSeed(seed, async () => {
      freeResult(await subject())
    })
  for (let i = 0; i < warmUp; i++) await call()
  const counts = [tf.memory().numTensors]
  for (let i = 0; i < calls; i++) {
    await call()
    counts.push(tf.memory().numTensors)
  }
  const middle = counts[calls >> 1]!
  const growth = counts.at(-1)! - middle
  const perCall = growth / (calls - (calls >> 1))
  const leaks = growth > 0
  const places = leaks ? await blameAllocations(call) : []
  return {
    check: 'no-tensor-leak',
    stage: 'skeleton',
    status: leaks ? 'failed' : 'passed',
    summary: leaks
      ? `Every call leaves ${formatNumber(perCall)} tensor${perCall === 1 ? '' : 's'} behind: ${counts.join(', ')} alive after call ${warmUp} to ${warmUp + calls}.`
      : `No tensor is left behind by ${calls} calls: ${counts.at(-1)!} are alive.`,
    measured: { tensorsPerCall: leaks ? perCall : 0 },
    expected: { tensorsPerCall: 0 },
    causes: leaks ? [causeOfTensorLeak(perCall, places)] : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Frees the tensors in a returned value: one, a list, or an object of them. */
function freeResult(result: unknown): void {
  if (isTensor(result)) {
    if (!result.isDisposed) result.dispose()
  } else if (Array.isArray(result)) {
    for (const one of result) freeResult(one)
  } else if (
    typeof result === 'object' &&
    result !== null &&
    Object.getPrototypeOf(result) === Object.prototype
  ) {
    for (const one of Object.values(result)) freeResult(one)
  }
}
