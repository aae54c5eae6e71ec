import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { findNearRows, type NearRows } from '../../statistics/near-rows.js'
import { repeatsAcross } from '../../statistics/repeated-inputs.js'
import { plural, tablesOf } from '../../statistics/tables.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'
import { searchedPart } from './duplicates.js'
import { joinTables } from './joined-tables.js'

export interface DisjointOptions extends CheckOptions {
  /** Share of the second examples that may be among the first. Default 0. */
  maxShare?: number
  /** Whether to look for copies with a little noise too. Default true. */
  near?: boolean
}

/**
 * No validation example was trained on: none has inputs identical or nearly identical to those of a training
 * example. As many as chance gives for few-valued features are allowed.
 */
export function checkDisjoint(
  train: Examples,
  validation: Examples,
  options: DisjointOptions = {},
): Promise<CheckResult> {
  return remembered('disjoint', [], { ...options, train, validation }, () =>
    findOverlap(train, validation, options),
  )
}

async function findOverlap(
  train: Examples,
  validation: Examples,
  options: DisjointOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, maxShare = 0, near = true } = options
  if (!(maxShare >= 0 && maxShare < 1)) {
    throw new InvalidArgumentError('options.maxShare', describe(maxShare), 'a share from 0 up to 1')
  }
  assertExamples(train, 'train')
  assertExamples(validation, 'validation')
  const trained = tablesOf('xs', train.xs)
  const tables = joinTables(trained, tablesOf('xs', validation.xs))
  const boundary = trained[0]!.rows
  const total = tables[0]!.rows
  const others = total - boundary
  const repeats = repeatsAcross(train.xs, validation.xs, tables)
  const pairs = exactPairs(repeats.groups, boundary)
  const natural = repeats.enumerable || repeats.pairs <= repeats.allowed
  const exact = !natural && pairs.length > maxShare * others
  const close: NearRows | undefined = near
    ? findNearRows(tables, { boundary, groups: repeats.groups, seed })
    : undefined
  const nearPairs = uniqueBySecond(close?.pairs ?? [])
  const nearFails = close !== undefined && nearPairs.length > maxShare * others
  const list = (found: ReadonlyArray<[number, number]>) =>
    `${found
      .slice(0, 4)
      .map(([a, b]) => `validation ${b - boundary} = train ${a}`)
      .join(', ')}${found.length > 4 ? ` and ${found.length - 4} more` : ''}`
  const failures = [
    ...(exact
      ? [
          `${plural(pairs.length, 'validation example')} of ${others} (${formatPercent(pairs.length / others)}) ${pairs.length === 1 ? 'is' : 'are'} in the training set: ${list(pairs)}`,
        ]
      : []),
    ...(nearFails
      ? [
          `${plural(nearPairs.length, 'validation example')} ${nearPairs.length === 1 ? 'differs' : 'differ'} from a training example by less than ${formatNumber(close.distance)} standard deviations per feature: ${list(nearPairs)}`,
        ]
      : []),
  ]
  return {
    check: 'disjoint',
    stage: 'data',
    status: failures.length === 0 ? 'passed' : 'failed',
    summary:
      failures.length > 0
        ? `${failures.join('; ')}.`
        : pairs.length === 0
          ? `None of ${plural(others, 'validation example')} is among the ${boundary} training examples${searchedPart(close, total)}.`
          : repeats.enumerable
            ? `${plural(pairs.length, 'validation example')} of ${others} are training examples too: there are only ${plural(repeats.distinct, 'different row')}, so that is how these data are.`
            : `${plural(pairs.length, 'validation example')} of ${others} are training examples too, ${natural ? `as chance gives (${formatNumber(repeats.expected)} pairs expected, ${repeats.pairs} found)` : `at most ${formatPercent(maxShare)} are allowed`}.`,
    measured: { shared: pairs.length, share: pairs.length / others, nearShared: nearPairs.length },
    expected: {
      shared: maxShare > 0 ? `≤ ${formatNumber(maxShare * others)}` : 0,
      pairsByChance: repeats.expected,
    },
    causes:
      failures.length === 0
        ? []
        : [
            {
              name: 'train-validation-overlap',
              evidence: exact
                ? `${list(pairs)} have the same inputs to the last bit: the validation result is that of examples trained on`
                : `${list(nearPairs)} are nearly the same`,
              fix:
                pairs.length === others
                  ? 'all validation examples are training examples: split before training (shuffle once under a seed, then slice), and give the parts, not the whole, to both'
                  : 'remove copies first, then split, then augment or oversample the training part alone; keep all examples of one source (person, recording, document) on one side',
            },
          ],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** For each row from `boundary` on that is also before it: the first such row, and itself. */
function exactPairs(groups: Int32Array, boundary: number): Array<[number, number]> {
  const firsts = new Map<number, number>()
  for (let row = boundary - 1; row >= 0; row--) firsts.set(groups[row]!, row)
  const pairs: Array<[number, number]> = []
  for (let row = boundary; row < groups.length; row++) {
    const first = firsts.get(groups[row]!)
    if (first !== undefined) pairs.push([first, row])
  }
  return pairs
}

function uniqueBySecond(pairs: ReadonlyArray<[number, number]>): Array<[number, number]> {
  const unique = new Map<number, [number, number]>()
  for (const pair of pairs) if (!unique.has(pair[1])) unique.set(pair[1], pair)
  return [...unique.values()].sort((a, b) => a[1] - b[1])
}
