import { causesOfNonFinite } from '../../diagnosis/non-finite.js'
import { countNonFinite } from '../../statistics/non-finite.js'
import { listFirst, plural, tablesOf } from '../../statistics/tables.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface FiniteValuesOptions extends CheckOptions {}

/**
 * Every value of inputs, labels and sample weights is a finite number. One NaN makes every weight NaN within a
 * step. Exact, on every value: one pass.
 */
export async function checkFiniteValues(
  examples: Examples,
  options: FiniteValuesOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(examples, 'examples', { finite: false })
  const tables = [
    ...tablesOf('xs', examples.xs),
    ...tablesOf('ys', examples.ys),
    ...(examples.sampleWeight ? tablesOf('sampleWeight', examples.sampleWeight) : []),
  ]
  const found = tables.map(countNonFinite).filter(({ count }) => count > 0)
  const values = tables.reduce((sum, table) => sum + table.rows * table.width, 0)
  const total = found.reduce((sum, { count }) => sum + count, 0)
  const nan = found.reduce((sum, one) => sum + one.nan, 0)
  return {
    check: 'finite-values',
    stage: 'data',
    status: total === 0 ? 'passed' : 'failed',
    summary:
      total === 0
        ? `All ${values} values of ${plural(tables.length, 'tensor')} are finite.`
        : `${total} of ${values} values are not finite: ${found.map(({ table, kinds, examples }) => `${table.name} has ${kinds} (example${examples.length === 1 ? '' : 's'} ${listFirst(examples)})`).join('; ')}.`,
    measured: { nonFinite: total, nan, infinite: total - nan },
    expected: { nonFinite: 0 },
    causes: found.flatMap(causesOfNonFinite),
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}
