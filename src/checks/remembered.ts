import { remember } from '../memo/remember.js'
import type { Subject } from '../training/trainable.js'
import { type CheckOptions, defaultSeed } from './options.js'
import type { CheckResult } from './result.js'

/**
 * A check that trains: where it has passed before with the same programs, data, options and seed, it is not run again
 * (docs/scaling.md). `inputs` holds whatever decides its result, with defaults filled in.
 */
export async function remembered(
  check: string,
  subjects: readonly Subject[],
  inputs: CheckOptions & Record<string, unknown>,
  run: () => Promise<CheckResult>,
): Promise<CheckResult> {
  const [result] = await rememberedTogether(check, subjects, inputs, async () => [await run()])
  return result!
}

/** The same for checks that share a training. */
export async function rememberedTogether(
  checks: string,
  subjects: readonly Subject[],
  {
    signal,
    deadline = Infinity,
    onProgress: _,
    diagnoses: __,
    seed = defaultSeed,
    ...inputs
  }: CheckOptions & Record<string, unknown>,
  run: () => Promise<CheckResult[]>,
): Promise<CheckResult[]> {
  const started = performance.now()
  // What was cut short may have passed with less than it was to do.
  const isOver = () => signal?.aborted === true || performance.now() > deadline
  const { result, remembered } = await remember(checks, { subjects, inputs: { ...inputs, seed } }, run, {
    worth: (results) => hasPassed(results) && !isOver(),
  })
  if (!remembered) return result
  const seconds = (performance.now() - started) / 1000
  return result.map((one, i) => ({
    ...one,
    ...(one.status === 'passed' && { reused: true as const }),
    seconds: i === 0 ? seconds : 0,
  }))
}

/** A program may lack what one of several checks needs. */
function hasPassed(results: readonly CheckResult[]): boolean {
  return (
    results.some(({ status }) => status === 'passed') && results.every(({ status }) => status !== 'failed')
  )
}
