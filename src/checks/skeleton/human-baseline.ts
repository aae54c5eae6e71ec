import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { minibatches } from '../../training/batches.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import { isLowerBetter, type MetricName, measureMetric } from '../../training/metric.js'
import { openProgram } from '../../training/open.js'
import { type Run, trainProgram } from '../../training/run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface HumanBaselineOptions extends CheckOptions {
  /** What a person was measured by: 'accuracy', 'loss', 'rmse', 'mae', 'r2', or a metric the model was compiled with. */
  metric: MetricName
  /** What a person reaches. */
  value: number
  /** The examples to measure on. */
  on: Examples
  /** Examples to train on first; without them the program is measured as it is. */
  train?: Examples
  /** Steps to train on `train`. Default 1000. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
}

/**
 * The program is as good as a person (Karpathy: "human baseline": "evaluate your own (human) accuracy and compare to
 * it"). Measures a trained model as it is, or trains a fresh one on `train` first.
 */
export function checkHumanBaseline(subject: Subject, options: HumanBaselineOptions): Promise<CheckResult> {
  return remembered('human-baseline', [subject], { ...options }, () => reachHumanBaseline(subject, options))
}

async function reachHumanBaseline(subject: Subject, options: HumanBaselineOptions): Promise<CheckResult> {
  const started = performance.now()
  assertOptions(options)
  const { train, steps = 1000, batchSize = 32, seed = defaultSeed } = options
  const program = await openProgram(subject, seed)
  const batches = train && minibatches(train, { batchSize, seed })
  try {
    const run = batches && (await trainProgram(program, batches.next, { seed, steps, ...controlOf(options) }))
    const result = judgeHumanBaseline(program, run, options)
    return { ...result, seconds: (performance.now() - started) / 1000 }
  } finally {
    batches?.dispose()
    program.dispose()
  }
}

/** The same of a program that is trained already, in `run` where that is known. */
export function judgeHumanBaseline(
  program: Trainable,
  run: Run | undefined,
  options: Omit<HumanBaselineOptions, 'train'>,
): CheckResult {
  const started = performance.now()
  assertOptions(options)
  const { metric, value, on, seed = defaultSeed } = options
  const measured = measureMetric(program, on, metric)
  if (measured === undefined) {
    return skippedResult({
      check: 'human-baseline',
      stage: 'skeleton',
      reason: `the program has no metric '${metric}': compile it with that metric, or compare 'accuracy' or 'loss'`,
      seed,
    })
  }
  const lower = isLowerBetter(metric)
  const passed = lower ? measured <= value : measured >= value
  const cut = run !== undefined && wasCutShort(run.end)
  const trained = run ? ` after ${run.losses.length} steps` : ''
  return {
    check: 'human-baseline',
    stage: 'skeleton',
    status: passed ? 'passed' : 'failed',
    summary: `${metric} ${formatNumber(measured)} on ${countExamples(on)} examples${trained}; a person reaches ${formatNumber(value)}.${passed ? '' : ` It is ${formatNumber(Math.abs(measured - value))} behind.`}${cut ? ` The test's time ran out before the training did. ${moreTime}` : ''}`,
    measured: { [metric]: measured },
    expected: { [metric]: `${lower ? '≤' : '≥'} ${formatNumber(value)}` },
    causes: [],
    ...(run && { curves: { loss: run.losses } }),
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function assertOptions(options: HumanBaselineOptions): void {
  const { metric, value, on, train, steps, batchSize } = options ?? {}
  if (typeof metric !== 'string') {
    throw new InvalidArgumentError(
      'options.metric',
      describe(metric),
      "'accuracy', 'loss' or the name of a compiled metric",
    )
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new InvalidArgumentError('options.value', describe(value), 'what a person reaches, as a number')
  }
  assertExamples(on, 'options.on')
  if (train) assertExamples(train, 'options.train')
  assertCounts({ steps, batchSize })
}
