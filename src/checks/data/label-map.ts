import { formatPercent } from '../../figures/number.js'
import { bestAssignment } from '../../statistics/assignment.js'
import { classesOf } from '../../statistics/label-kind.js'
import { nearest } from '../../statistics/nearest.js'
import { allRows, type Points, pointsOf, sampleRows } from '../../statistics/neighbours.js'
import { binomialAtLeast } from '../../statistics/probability.js'
import { tablesOf } from '../../statistics/tables.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, skippedResult } from '../result.js'
import { assertJoinable, joinRows } from './joined-tables.js'

export interface LabelMapOptions extends CheckOptions {}

const mostTrain = 2000
const mostValidation = 1000
const neighbours = 5
const mostClasses = 50
/** Chance of a permutation that only seems better; shared by all permutations of the classes that moved. */
const chance = 1e-6

/**
 * Class k means the same in both splits. The five nearest training examples predict each validation example; if
 * another assignment of the class numbers explains validation far better than the given one, one of the two label
 * maps is permuted (alphabetical here, by frequency there).
 */
export function checkLabelMap(
  train: Examples,
  validation: Examples,
  options: LabelMapOptions = {},
): Promise<CheckResult> {
  return remembered('label-map-match', [], { ...options, train, validation }, () =>
    compareLabelMaps(train, validation, options),
  )
}

async function compareLabelMaps(
  train: Examples,
  validation: Examples,
  options: LabelMapOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(train, 'train')
  assertExamples(validation, 'validation')
  const skip = (reason: string) => skippedResult({ check: 'label-map-match', stage: 'data', reason, seed })
  const trained = tablesOf('xs', train.xs)
  const validated = tablesOf('xs', validation.xs)
  assertJoinable(trained, validated)
  const boundary = trained[0]!.rows
  const given = classesOf(tablesOf('ys', train.ys), trained, options.task)
  const expected = classesOf(tablesOf('ys', validation.ys), [], options.task)
  if (!given || !expected) return skip('no output has one class for each example')
  const classes = Math.max(given.classes, expected.classes)
  if (classes > mostClasses) return skip(`${classes} classes are too many for the permutation to be told`)
  const some = sampleRows(boundary, mostTrain, seed)
  const others = sampleRows(validated[0]!.rows, mostValidation, seed)
  if (others.length < 20 || some.length < 20) return skip('fewer than 20 examples in one of the splits')
  const tables = joinRows(trained, some, validated, others)
  const both = pointsOf(tables, allRows(tables), seed)
  const part = (start: number, end: number): Points => ({
    ...both,
    values: both.values.subarray(start * both.width, end * both.width),
    count: end - start,
  })
  const found = nearest(
    part(some.length, both.count),
    part(0, some.length),
    Math.min(neighbours, some.length),
  )
  const k = found.length / others.length
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < others.length; i++) {
    const votes = new Int32Array(classes)
    let best = given.of[some[found[i * k]!]!]!
    for (let n = 0; n < k; n++) {
      const label = given.of[some[found[i * k + n]!]!]!
      if (++votes[label]! > votes[best]!) best = label
    }
    confusion[expected.of[others[i]!]!]![best]!++
  }
  const shares = sharesOf(given, expected, classes)
  const enough = ({ validated }: Share) => validated * boundary >= leastExpected
  const missing =
    train.classWeight || train.sampleWeight ? [] : shares.filter((share) => isMissing(share) && enough(share))
  const sorted = shares.some(({ of, trained, validated }) =>
    isMissing({ of, trained: validated, validated: trained }),
  )
  // Neighbours cannot be of a class that training hardly has.
  for (const { of } of shares.filter(isMissing)) confusion[of]!.fill(0)
  const match = bestAssignment(confusion)
  const moved = match.flatMap((to, from) => (to === from ? [] : [from]))
  const sum = (at: (row: number) => number) =>
    moved.reduce((total, row) => total + confusion[row]![at(row)]!, 0)
  const [permuted, identity] = [sum((row) => match[row]!), sum((row) => row)]
  const members = moved.reduce((total, row) => total + confusion[row]!.reduce((a, b) => a + b, 0), 0)
  // As many sharper tests as there are permutations of the moved classes.
  const permutations = moved.reduce((product, _, i) => product * (i + 1), 1)
  const p = Math.min(1, permutations * binomialAtLeast(permuted, permuted + identity, 0.5))
  const permutes = moved.length > 0 && p < chance && permuted > 0.5 * members && permuted > 2 * identity
  const accuracy = confusion.reduce((total, row, i) => total + row[i]!, 0) / others.length
  const accuracyPermuted = accuracy + (permutes ? (permuted - identity) / others.length : 0)
  const map = moved.slice(0, 6).map((from) => `validation ${from} = train ${match[from]}`)
  const list = `${map.join(', ')}${moved.length > 6 ? ' …' : ''}`
  return {
    check: 'label-map-match',
    stage: 'data',
    status: permutes || missing.length > 0 ? 'failed' : 'passed',
    summary: permutes
      ? `The classes are numbered differently in training and validation data: ${list}. With these exchanged, nearest training examples predict ${formatPercent(accuracyPermuted)} of ${others.length} validation labels, as given ${formatPercent(accuracy)}.`
      : missing.length > 0
        ? `Training data all but lack what validation data have: ${listShares(missing)}.`
        : `Class numbers agree: nearest training examples predict ${formatPercent(accuracy)} of ${others.length} validation labels, and no exchange of classes explains them better.`,
    measured: { accuracy, accuracyPermuted, moved: permutes ? moved.length : 0, missing: missing.length },
    expected: { moved: 0, missing: 0 },
    causes: [
      ...(permutes
        ? [
            {
              name: 'label-map-mismatch' as const,
              evidence: `of ${members} validation examples of the classes ${moved.slice(0, 8).join(', ')}, ${permuted} are predicted as the class above, ${identity} as the class they are labelled with (p < 1e-6)`,
              fix: 'make the list of classes once, from the training data, store it, and use it for every split: sorted folder names, a Set in order of appearance or a fitted encoder differ between splits',
            },
          ]
        : []),
      ...(missing.length > 0
        ? [
            {
              ...(sorted
                ? {
                    name: 'unshuffled-data' as const,
                    evidence: `${listShares(missing)}, and other classes the other way round: the data were sorted by class, or by what goes with it, when they were split`,
                    fix: 'shuffle before splitting, or split each class by itself (stratified)',
                  }
                : {
                    name: 'class-imbalance' as const,
                    evidence: listShares(missing),
                    fix: 'train on the classes as they will be met, draw the rare ones more often, or weigh them: classWeight',
                  }),
            },
          ]
        : []),
    ],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Examples of a class to be expected in training data before their absence says anything. */
const leastExpected = 10

interface Share {
  of: number
  trained: number
  validated: number
}

/** Common in validation data and a tenth as frequent in training data, or less. */
const isMissing = ({ trained, validated }: Share): boolean => validated >= 0.1 && trained < 0.1 * validated

function sharesOf(
  given: { of: ArrayLike<number> },
  expected: { of: ArrayLike<number> },
  classes: number,
): Share[] {
  const count = ({ of }: { of: ArrayLike<number> }) => {
    const counts = new Float64Array(classes)
    for (let i = 0; i < of.length; i++) counts[of[i]!]! += 1 / of.length
    return counts
  }
  const [trained, validated] = [count(given), count(expected)]
  return Array.from({ length: classes }, (_, of) => ({
    of,
    trained: trained[of]!,
    validated: validated[of]!,
  }))
}

const listShares = (shares: readonly Share[]): string =>
  shares
    .map(
      ({ of, trained, validated }) =>
        `class ${of} is ${formatPercent(trained)} of the training examples and ${formatPercent(validated)} of the validation examples`,
    )
    .join(', ')
