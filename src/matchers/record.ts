import type { MatcherState } from 'vitest'
import type { CheckResult } from '../checks/result.js'
import { lineChart } from '../figures/line-chart.js'

/** A check's result as it travels to reporters: JSON only, numbers that are not finite as strings. */
export type RecordedResult = Omit<CheckResult, 'measured' | 'curves'> & {
  measured: Record<string, number | string>
}

declare module 'vitest' {
  interface TaskMeta {
    recipe?: {
      backend?: { name: string; why: string; warning?: string }
      results?: RecordedResult[]
      /** The name of the `describeRecipe` a test is part of. */
      inRecipe?: string
    }
  }
}

/** Adds a result to the test's meta data, where reporters read it. Curves stay here: they are long. */
export function recordResult({ task }: MatcherState, result: CheckResult): void {
  if (!task) return
  const { curves: _, ...rest } = result
  const json = JSON.parse(JSON.stringify(rest, nonFiniteAsString)) as RecordedResult
  task.meta.recipe ??= {}
  task.meta.recipe.results ??= []
  task.meta.recipe.results.push(json)
}

function nonFiniteAsString(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** Shows the recorded curves of a failed check in Vitest's UI and HTML report. */
export async function attachCurves({ task }: MatcherState, { check, curves }: CheckResult): Promise<void> {
  if (!task || !curves || Object.values(curves).every((curve) => curve.length < 2)) return
  const names = Object.keys(curves)
  const measured = names.every((name) => name.startsWith('loss')) ? 'loss' : names[0]!
  const body = Buffer.from(lineChart(curves, { title: check, xLabel: 'step', yLabel: measured })).toString(
    'base64',
  )
  await task.context.annotate(`${check}: ${measured} by step`, 'recipe', {
    contentType: 'image/svg+xml',
    body,
  })
}
