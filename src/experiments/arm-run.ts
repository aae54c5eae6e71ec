import { InvalidArgumentError } from '../errors.js'
import { type MetricName, measureMetric } from '../training/metric.js'
import { runPlan } from '../training/planned-run.js'
import type { RunControl, RunEnd } from '../training/run.js'
import type { ArmPlan } from './recipe-plan.js'

/** One program trained once under one seed, and measured on the validation examples. JSON only. */
export interface ArmRun {
  seed: number
  /** By metric; a metric that is not finite is null: the training diverged. */
  values: Record<string, number | null>
  /** Steps taken; fewer than planned where early stopping or a loss that is not finite ended the run. */
  steps: number
  end: RunEnd
  seconds: number
}

export interface ArmRunOptions extends RunControl {
  seed: number
  steps: number
  metrics: readonly MetricName[]
}

/**
 * Trains the program of `plan` for `steps` steps under `seed` and measures it. The seed fixes first weights, order of
 * the data and dropout: arms that share it differ in what was changed only. Throws `InvalidArgumentError` when the
 * program does not have a metric.
 */
export async function runArm(plan: ArmPlan, options: ArmRunOptions): Promise<ArmRun> {
  const started = performance.now()
  const { metrics, ...run } = options
  const { program, losses, end } = await runPlan(plan, run)
  try {
    const values = Object.fromEntries(
      metrics.map((metric) => {
        const value = measureMetric(program, plan.validation, metric)
        if (value === undefined) {
          throw new InvalidArgumentError(
            'metric',
            `'${metric}', which the program does not have`,
            "'loss', 'accuracy' (classes), 'rmse', 'mae', 'r2' (numbers), or a metric it was compiled with",
          )
        }
        return [metric, end !== 'non-finite' && Number.isFinite(value) ? value : null]
      }),
    )
    return {
      seed: run.seed,
      values,
      steps: losses.length,
      end,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}
