import { accuracyOf } from '../statistics/attainable-loss.js'
import { mean } from '../statistics/estimates.js'
import { lossOf } from './measure.js'
import { type OutputView, viewOutputs } from './outputs.js'
import type { Examples, Trainable } from './trainable.js'

/** What a program is measured by: a name below, or that of a metric it was compiled with. */
export type MetricName = 'loss' | 'accuracy' | 'rmse' | 'mae' | 'r2' | (string & {})

/** Metrics of which less is better. */
const lowerIsBetter = /loss|error|mse|mae|mape|msle|entropy|divergence|hinge|poisson|logcosh|perplexity/i

/** Whether less of a metric is better. */
export const isLowerBetter = (metric: MetricName): boolean => lowerIsBetter.test(metric)

/** Metrics that are shares: between 0 and 1 at best, so that differences between them are in points. */
export const isShare = (metric: MetricName): boolean => /acc|precision|recall|f1|r2|auc/i.test(metric)

/**
 * Measures a program on examples, in inference mode: `loss` is its own, without penalties; `accuracy` the share of
 * right answers; `rmse`, `mae` and `r2` (variance explained) are over all outputs; other names are its compiled
 * metrics. Undefined when the program does not have it.
 */
export function measureMetric(program: Trainable, on: Examples, metric: MetricName): number | undefined {
  if (metric === 'loss') return lossOf(program, on)
  if (/^(acc|accuracy)$/.test(metric)) return accuracyOf(viewOutputs(program, on, 'on'))
  const own = program.evaluateMetrics?.(on)[metric]
  if (own !== undefined) return own
  return metric in ofErrors
    ? ofErrors[metric as keyof typeof ofErrors](viewOutputs(program, on, 'on'))
    : undefined
}

const ofErrors = {
  rmse: (outputs: OutputView[]) => Math.sqrt(mean(errorsOf(outputs).map((error) => error ** 2))),
  mae: (outputs: OutputView[]) => mean(errorsOf(outputs).map(Math.abs)),
  r2: (outputs: OutputView[]) => 1 - sumOfSquares(errorsOf(outputs)) / sumOfSquares(deviationsOf(outputs)),
}

const sumOfSquares = (values: number[]): number => values.reduce((sum, value) => sum + value ** 2, 0)

function errorsOf(outputs: OutputView[]): number[] {
  return outputs.flatMap(({ labels, predictions }) =>
    Array.from(labels.values, (label, i) => predictions.values[i]! - label),
  )
}

/** Of each label from the mean of its column. */
function deviationsOf(outputs: OutputView[]): number[] {
  return outputs.flatMap(({ labels: { values, rows, width } }) => {
    const means = Array.from({ length: width }, (_, k) =>
      mean(Array.from({ length: rows }, (_, row) => values[row * width + k]!)),
    )
    return Array.from(values, (value, i) => value - means[i % width]!)
  })
}
