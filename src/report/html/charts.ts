import { lineChart, type Series } from '../../figures/line-chart.js'
import type { RecordedCurve } from '../../matchers/record.js'
import type { ModelRecord } from '../run-record.js'
import { html, Markup, named } from './markup.js'

/** Curves of the checks that recorded any, and of trainings; the same training under several seeds is one band. */
export function chartsOf({ results, runs }: ModelRecord): Markup[] {
  const ofChecks = results
    .filter(({ curves }) => curves !== undefined)
    .map(({ check, test, curves }) => chart(check, test, mapValues(curves!, seriesOf)))
  return [...ofChecks.slice(0, mostCharts), ...ofRuns(runs)]
}

const mostCharts = 24

function ofRuns(runs: ModelRecord['runs']): Markup[] {
  const byTest = new Map<string, ModelRecord['runs']>()
  for (const run of runs) byTest.set(run.test, [...(byTest.get(run.test) ?? []), run])
  return [...byTest].slice(0, mostCharts).flatMap(([test, all]) => {
    const names = [...new Set(all.flatMap(({ curves }) => Object.keys(curves)))]
    return names.map((name) => {
      const curves = all.flatMap((run) => run.curves[name] ?? [])
      const seeds = curves.length > 1 ? `, ${curves.length} runs` : ''
      return chart(`${name}${seeds}`, test, { [name]: bandOf(curves) })
    })
  })
}

function chart(title: string, test: string, series: Record<string, Series>): Markup {
  const [first = ''] = Object.keys(series)
  const svg = lineChart(series, { title, xLabel: 'step', yLabel: first, theme: 'inherit' })
  return html`<figure>${new Markup(svg)}<figcaption>${named(test)}</figcaption></figure>`
}

const seriesOf = ({ stride, values }: RecordedCurve): Series => ({ stride, values: values.map(Number) })

/** The mean of several runs, and the lowest and highest of them. */
function bandOf(curves: readonly RecordedCurve[]): Series {
  const [first] = curves
  const all = curves.filter(({ stride }) => stride === first!.stride).map(({ values }) => values.map(Number))
  const length = Math.min(...all.map((values) => values.length))
  const at = (judge: (values: number[]) => number) =>
    Array.from({ length }, (_, i) => judge(all.map((values) => values[i]!)))
  if (all.length === 1) return seriesOf(first!)
  return {
    stride: first!.stride,
    values: at((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    band: { low: at((values) => Math.min(...values)), high: at((values) => Math.max(...values)) },
  }
}

const mapValues = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
