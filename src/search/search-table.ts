import { formatNumber } from '../figures/number.js'
import type { MetricName } from '../training/metric.js'
import type { SearchTrial } from './random-search.js'
import { labelOf } from './space.js'

/** The trials as columns of text: settings, steps made, metric. */
export function searchTable<Values extends object>(
  trials: ReadonlyArray<SearchTrial<Values>>,
  metric: MetricName,
): string {
  const names = Object.keys(trials[0]?.values ?? {})
  const rows = [
    ['trial', ...names, 'steps', metric],
    ...trials.map(({ index, values, rounds, state }) => [
      String(index),
      ...names.map((name) => labelOf(values[name as keyof Values])),
      String(rounds.at(-1)?.steps ?? 0),
      state === 'diverged' ? 'diverged' : formatNumber(rounds.at(-1)?.value ?? Number.NaN),
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
