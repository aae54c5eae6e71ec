import type { MatcherState, TaskMeta } from 'vitest'
import type { CheckResult, LayerRecord } from '../checks/result.js'
import { lineChart } from '../figures/line-chart.js'
import type { Histogram } from '../statistics/histogram.js'

/** A check's result as it travels to reporters: JSON only, numbers that are not finite as strings. */
export type RecordedResult = Omit<CheckResult, 'measured' | 'curves' | 'layers'> & {
  measured: Record<string, number | string>
  curves?: Record<string, RecordedCurve>
  /** The first 200 of them, numbers in four digits. */
  layers?: RecordedLayer[]
  /** Path of a snapshot's picture from the project's root. */
  picture?: string
}

/** A `LayerRecord` whose numbers may be strings: 'NaN'. */
export interface RecordedLayer {
  layer: string
  weightNorm?: number | string
  gradientNorms?: Array<number | string>
  updateRatios?: Array<number | string>
  activations?: {
    dead: number | string
    saturated: number | string
    size: number | string
    histogram?: Histogram
  }
}

/** A series thinned out to at most 120 points: `values[i]` belongs to step `i · stride`. */
export interface RecordedCurve {
  stride: number
  values: Array<number | string>
}

/** A training recorded by the `train` fixture. */
export interface RecordedRun {
  seed: number
  steps: number
  curves: Record<string, RecordedCurve>
}

declare module 'vitest' {
  interface TaskMeta {
    recipe?: {
      backend?: { name: string; why: string; warning?: string }
      results?: RecordedResult[]
      runs?: RecordedRun[]
      /** Tables of ablations, as text. */
      tables?: string[]
      /** The name of the `describeRecipe` a test is part of. */
      inRecipe?: string
      /** Which part of it, where several test files have one each. */
      part?: string
    }
  }
}

/** Adds a result to the test's meta data, where reporters read it. */
export function recordResult(
  { task }: Pick<MatcherState, 'task'>,
  { curves, layers, ...result }: CheckResult & { picture?: string },
): void {
  if (!task) return
  const thin = curves && {
    curves: thinnedOut(
      Object.fromEntries(Object.entries(curves).map(([name, values]) => [name, { values, every: 1 }])),
    ),
  }
  const json = JSON.parse(JSON.stringify({ ...result, ...thin }, nonFiniteAsString)) as RecordedResult
  if (layers && layers.length > 0) json.layers = recordedLayers(layers)
  task.meta.recipe ??= {}
  task.meta.recipe.results ??= []
  task.meta.recipe.results.push(json)
}

/** One value every so many steps. */
export interface FullCurve {
  values: readonly number[]
  every: number
}

/** Adds a training to the test's meta data. */
export function recordRun(
  task: { meta: TaskMeta },
  { seed, steps, curves }: { seed: number; steps: number; curves: Record<string, FullCurve> },
): void {
  const json = JSON.stringify({ seed, steps, curves: thinnedOut(curves) }, nonFiniteAsString)
  task.meta.recipe ??= {}
  task.meta.recipe.runs ??= []
  task.meta.recipe.runs.push(JSON.parse(json) as RecordedRun)
}

const mostPoints = 120

/** Every so many values, the last one always; a value that is not finite is never left out between two that are. */
function thinnedOut(curves: Record<string, FullCurve>): Record<string, RecordedCurve> {
  return Object.fromEntries(
    Object.entries(curves).map(([name, { values, every }]) => {
      const stride = Math.max(1, Math.ceil(values.length / mostPoints))
      const kept = Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => {
        const share = values.slice(i * stride, (i + 1) * stride)
        return share.find((value) => !Number.isFinite(value)) ?? Number(share[0]!.toPrecision(6))
      })
      return [name, { stride: stride * every, values: kept }]
    }),
  )
}

const mostLayers = 200

const recordedLayers = (layers: readonly LayerRecord[]): RecordedLayer[] =>
  JSON.parse(
    JSON.stringify(layers.slice(0, mostLayers), (key, value) =>
      typeof value === 'number' && Number.isFinite(value)
        ? Number(value.toPrecision(4))
        : nonFiniteAsString(key, value),
    ),
  )

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
