import { causeOfDifference, type Difference } from '../../diagnosis/reproducibility.js'
import { formatNumber } from '../../figures/number.js'
import { sameBatch } from '../../training/batches.js'
import { assertExamples } from '../../training/examples.js'
import { weightValues } from '../../training/measure.js'
import { openProgram } from '../../training/open.js'
import { largestDifference } from '../../training/probe.js'
import { type RunEnd, trainProgram } from '../../training/run.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'

export interface ReproducibleOptions extends CheckOptions {
  /** Steps of each of the two runs. Default 5. */
  steps?: number
}

interface SeededRun {
  initial: ReturnType<typeof weightValues>
  losses: number[]
  final: ReturnType<typeof weightValues>
  end: RunEnd
}

/**
 * Two runs with the same seed are the same to the last bit: initial weights, losses and weights after `steps` steps
 * (Karpathy: "fix random seed"). Everything in TensorFlow.js that is random draws from `Math.random`, which is seeded
 * here; what still differs comes from elsewhere. Costs twice `steps`, after a failure up to four times.
 */
export async function checkReproducible(
  subject: Subject,
  batch: Examples,
  options: ReproducibleOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 5, seed = defaultSeed } = options
  assertCounts({ steps })
  assertExamples(batch, 'batch')
  const runOnce = (withoutDropout: boolean) =>
    seededRun(subject, batch, { ...options, steps, seed, withoutDropout })
  const runs = [await runOnce(false), await runOnce(false)] as const
  const cut = runs.find(({ end }) => wasCutShort(end))
  const difference = cut ? undefined : compare(...runs)
  const dropout = difference?.where === 'step' ? !compare(await runOnce(true), await runOnce(true)) : false
  const failed = cut !== undefined || difference !== undefined
  return {
    check: 'reproducible',
    stage: 'skeleton',
    status: failed ? 'failed' : 'passed',
    summary: cut
      ? `Stopped before the test's time ran out, after ${cut.losses.length} of ${steps} steps. ${moreTime}`
      : difference
        ? `Two runs with seed ${seed} differ ${difference.where === 'init' ? 'from the initial weights on' : `at step ${difference.step + 1}`}: ${difference.what} by up to ${formatNumber(difference.size)}.`
        : `Two runs of ${steps} steps with seed ${seed} are the same to the last bit: loss ${formatNumber(runs[0].losses.at(-1)!)}.`,
    measured: { difference: difference?.size ?? 0, steps: runs[1].losses.length },
    expected: { difference: 0 },
    causes: difference ? [causeOfDifference(difference, dropout, typeof subject === 'function')] : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

async function seededRun(
  subject: Subject,
  batch: Examples,
  options: ReproducibleOptions & { steps: number; seed: number; withoutDropout: boolean },
): Promise<SeededRun> {
  const { steps, seed, withoutDropout } = options
  const program = await openProgram(subject, seed)
  try {
    if (withoutDropout) program.disableDropout?.()
    const initial = weightValues(program)
    const { losses, end } = await trainProgram(program, sameBatch(batch).next, {
      seed,
      steps,
      ...controlOf(options),
    })
    return { initial, losses, final: weightValues(program), end }
  } finally {
    program.dispose()
  }
}

function compare(a: SeededRun, b: SeededRun): Difference | undefined {
  const initial = compareWeights(a.initial, b.initial)
  if (initial) return { where: 'init', step: 0, what: `weight '${initial.name}'`, size: initial.size }
  const step = a.losses.findIndex((loss, i) => !Object.is(loss, b.losses[i]))
  if (step >= 0) {
    return { where: 'step', step, what: 'the loss', size: Math.abs(a.losses[step]! - b.losses[step]!) }
  }
  const final = compareWeights(a.final, b.final)
  return (
    final && { where: 'step', step: a.losses.length - 1, what: `weight '${final.name}'`, size: final.size }
  )
}

/** By position: names count up from model to model. */
function compareWeights(
  a: SeededRun['initial'],
  b: SeededRun['initial'],
): { name: string; size: number } | undefined {
  for (const [i, { name, values }] of a.entries()) {
    const size = largestDifference(values, b[i]?.values ?? [])
    if (size > 0) return { name, size }
  }
  return undefined
}
