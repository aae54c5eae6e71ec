import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import {
  findOutliers,
  leastOutlierRows,
  mayHaveOutliers,
  type Outlier,
} from '../../statistics/outlying-values.js'
import { countFeatures, listFirst, plural, tablesOf } from '../../statistics/tables.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface OutliersOptions extends CheckOptions {
  /** Share of the examples that may have outliers. Default 0. */
  maxShare?: number
}

/**
 * No value of a feature or regression target lies far outside the others: quantile fences that adapt to the tails of
 * the feature and to the number of values. Fences come from at most 2000 examples, every value is compared.
 */
export async function checkNoOutliers(
  examples: Examples,
  options: OutliersOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, maxShare = 0 } = options
  if (!(maxShare >= 0 && maxShare < 1)) {
    throw new InvalidArgumentError('options.maxShare', describe(maxShare), 'a share from 0 up to 1')
  }
  assertExamples(examples, 'examples')
  const inputs = tablesOf('xs', examples.xs)
  const rows = inputs[0]!.rows
  const tables = mayHaveOutliers(inputs, tablesOf('ys', examples.ys), options.task)
  if (rows < leastOutlierRows || tables.length === 0) {
    const reason =
      tables.length === 0
        ? 'inputs are ids and labels are classes: there is nothing to lie outside'
        : `${plural(rows, 'example')} are too few to say what lies outside: give at least ${leastOutlierRows}`
    return skippedResult({ check: 'no-outliers', stage: 'data', reason, seed })
  }
  const total = tables.reduce((sum, table) => sum + countFeatures(table), 0)
  const outliers = findOutliers(tables, seed)
  const affected = [...new Set(outliers.map(({ example }) => example))]
  const failed = affected.length > maxShare * rows
  const byFeature = new Map<string, Outlier[]>()
  for (const one of outliers) byFeature.set(one.name, [...(byFeature.get(one.name) ?? []), one])
  const [worst] = outliers
  return {
    check: 'no-outliers',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: failed
      ? `${plural(affected.length, 'example')} of ${rows} (${formatPercent(affected.length / rows)}) ${affected.length === 1 ? 'has' : 'have'} values far outside the others: ${[...byFeature].slice(0, 3).map(describeFeature).join('; ')}.`
      : outliers.length > 0
        ? `${plural(affected.length, 'example')} of ${rows} have values far outside, at most ${formatPercent(maxShare)} are allowed.`
        : `No value of ${plural(total, 'feature')} lies far outside the others.`,
    measured: {
      outliers: outliers.length,
      examples: affected.length,
      ...(worst && { farthest: worst.spreads }),
    },
    expected: { examples: maxShare > 0 ? `≤ ${formatNumber(maxShare * rows)}` : 0 },
    causes: failed
      ? [
          {
            name: 'outliers',
            evidence: `example ${worst!.example} has ${formatNumber(worst!.value)} in ${worst!.name}, ${formatNumber(worst!.spreads)} spreads from the median; values from ${formatNumber(worst!.low)} to ${formatNumber(worst!.high)} would be expected`,
            fix: fixFor(outliers, worst!.name),
          },
        ]
      : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function describeFeature([name, found]: [string, Outlier[]]): string {
  const values = found.slice(0, 3).map(({ example, value }) => `${formatNumber(value)} in example ${example}`)
  return `${name} has ${listFirst(values, 3)}${found.length > 3 ? ` and ${found.length - 3} more` : ''} (expected ${formatNumber(found[0]!.low)} to ${formatNumber(found[0]!.high)})`
}

/** The same odd value several times stands for a missing one; several different ones are measurements gone wrong. */
function fixFor(outliers: readonly Outlier[], name: string): string {
  const values = outliers.filter((one) => one.name === name).map(({ value }) => value)
  const [first] = values
  if (values.length > 1 && values.every((value) => value === first)) {
    return `${formatNumber(first!)} is there ${values.length} times: it stands for a missing value; replace it by the median and say so in a column of its own`
  }
  return 'look at these examples: another unit, a slipped decimal point, a placeholder such as -999; correct or drop them, clip at the fences, or take the logarithm of a feature that is meant to spread so far'
}
