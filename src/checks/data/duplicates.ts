import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { repeatedRows } from '../../statistics/identical-rows.js'
import type { NearRows } from '../../statistics/near-rows.js'
import { nearRowsIn, repeatsIn } from '../../statistics/repeated-inputs.js'
import { plural } from '../../statistics/tables.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface DuplicatesOptions extends CheckOptions {
  /** Share of the examples that may be copies of others. Default 0. */
  maxShare?: number
  /** Whether to look for copies with a little noise too. Default true. */
  near?: boolean
}

/**
 * No example is there twice: identical inputs (to the last bit, over all inputs together), and near copies. Rows of
 * few-valued features coincide by chance; as many as that are allowed.
 */
export async function checkNoDuplicates(
  examples: Examples,
  options: DuplicatesOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, maxShare = 0, near = true } = options
  if (!(maxShare >= 0 && maxShare < 1)) {
    throw new InvalidArgumentError('options.maxShare', describe(maxShare), 'a share from 0 up to 1')
  }
  assertExamples(examples, 'examples')
  const rows = countExamples(examples)
  const repeats = repeatsIn(examples.xs)
  const repeated = repeatedRows(repeats.groups)
  const copies = rows - repeats.distinct
  const natural = repeats.enumerable || repeats.pairs <= repeats.allowed
  const exact = !natural && copies > maxShare * rows
  const close: NearRows | undefined = near ? nearRowsIn(examples.xs, seed) : undefined
  const nearCopies = new Set(close?.pairs.map(([, later]) => later)).size
  const nearFails = close !== undefined && nearCopies > maxShare * close.searched
  const failures = [
    ...(exact
      ? [
          `${plural(copies, 'example')} of ${rows} (${formatPercent(copies / rows)}) ${copies === 1 ? 'is a copy of another' : 'are copies of others'}: ${listGroups(repeated)}`,
        ]
      : []),
    ...(nearFails
      ? [
          `${plural(nearCopies, 'example')} of ${close.searched} ${nearCopies === 1 ? 'differs' : 'differ'} from another by less than ${formatNumber(close.distance)} standard deviations per feature: ${listGroups(close.pairs)}`,
        ]
      : []),
  ]
  return {
    check: 'no-duplicates',
    stage: 'data',
    status: failures.length === 0 ? 'passed' : 'failed',
    summary:
      failures.length > 0
        ? `${failures.join('; ')}.`
        : copies === 0
          ? `All ${plural(rows, 'example')} are different${searchedPart(close, rows)}.`
          : repeats.enumerable
            ? `${plural(rows, 'example')} repeat ${plural(repeats.distinct, 'different row')}: few-valued features, not counted as copies.`
            : `${plural(copies, 'example')} of ${rows} repeat others, ${natural ? `as many as chance gives (${formatNumber(repeats.expected)} pairs expected, ${repeats.pairs} found)` : `at most ${formatPercent(maxShare)} are allowed`}.`,
    measured: { copies, pairs: repeats.pairs, nearCopies },
    expected: {
      copies: maxShare > 0 ? `≤ ${formatNumber(maxShare * rows)}` : 0,
      pairsByChance: repeats.expected,
    },
    causes:
      failures.length === 0
        ? []
        : [
            {
              name: 'duplicates',
              evidence: exact
                ? `${listGroups(repeated)} have the same inputs to the last bit, while ${repeats.expected < 0.01 ? 'none' : formatNumber(repeats.expected)} such pairs are expected by chance`
                : `${listGroups(close!.pairs)} are nearly the same; so close, ${close!.pairs.length} pairs among ${close!.searched} examples are no coincidence`,
              fix: 'keep one of each before splitting into training and validation data, or copies will be in both; look for files read twice, a join that multiplies rows, a shuffle that draws with replacement. Examples repeated on purpose: weight them by sampleWeight, or set maxShare',
            },
          ],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** "3 = 17 = 20, 5 = 8 and 12 more" */
export function listGroups(groups: readonly (readonly number[])[], offset = 0): string {
  const shown = groups.slice(0, 4).map((rows) => {
    const first = rows.slice(0, 4).map((row) => row - offset)
    return `${first.join(' = ')}${rows.length > 4 ? ' = …' : ''}`
  })
  return `examples ${shown.join(', ')}${groups.length > 4 ? ` and ${groups.length - 4} more` : ''}`
}

/** Says so when not all examples were searched for near copies. */
export function searchedPart(near: NearRows | undefined, rows: number): string {
  return near && near.searched < rows ? ` (near copies looked for among ${near.searched} of them)` : ''
}
