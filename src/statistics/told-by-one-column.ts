import { bestHeldOut } from './kernel-ridge.js'

/** A column that tells the target by itself: by how much, and what all others together tell. */
export interface LoneColumn {
  column: number
  /** Numbers: share of the variance that a straight line explains. Classes: the least gap, in deviations within. */
  own: number
  /** Numbers: share of the variance explained in rows held out. Classes: area under the curve of the best known one. */
  rest: number
}

/**
 * Shares of variance: what a column may leave to say, how many times more the others must leave, and what of this
 * remainder they may explain. An honest predictor leaves something that others tell (position the step that speed
 * makes, the largest part of a sum the other parts), a copy with noise does not.
 */
const numbers = { left: 1e-3, leastRank: 0.99, timesLeft: 100, mostOfRemainder: 0.2, exact: 1e-6 }
/** Gap between two means in deviations within; area under the curve that the others may reach. */
const classes = { leastGap: 10, mostRest: 0.98 }
/** Those that go most with the target stand for all (Fan and Lv, Journal of the Royal Statistical Society B 70, 2008). */
const mostColumns = 100

/**
 * The column that holds a number in other units with a little noise: a straight line explains it, also over ranks, so
 * that a few far values do not make it; all other columns together leave a hundred times as much; and what the line
 * leaves is noise to every column.
 */
export function numberToldByOne(
  columns: readonly Float64Array[],
  target: Float64Array,
  seed: number,
): LoneColumn | undefined {
  const wanted = standardised(target)
  const shares = columns.map((values) => productOf(standardised(values), wanted) ** 2)
  const column = shares.indexOf(Math.max(...shares))
  const own = shares[column]!
  if (!(1 - own <= numbers.left)) return undefined
  const found = standardised(columns[column]!)
  const order = standardised(ranksOf(target))
  if (Math.abs(productOf(standardised(ranksOf(found)), order)) < numbers.leastRank) return undefined
  const others = strongest(columns, [wanted], column).flatMap(withRanks)
  const explained = (features: Float64Array[], targets: Float64Array[]) =>
    bestHeldOut(
      features,
      targets,
      (answers, rows) => Math.max(...answers.map((answer, k) => explainedBy(answer, targets[k]!, rows))),
      seed,
    )
  const rest = explained(others, [wanted, order])
  if (1 - rest < numbers.timesLeft * (1 - own)) return undefined
  const slope = productOf(found, wanted)
  const remainder = standardised(wanted.map((value, i) => value - slope * found[i]!))
  const isNoise =
    1 - own < numbers.exact || explained([...others, found], [remainder]) <= numbers.mostOfRemainder
  return isNoise ? { column, own, rest } : undefined
}

/**
 * The column that holds a narrow range of its own for each class, the means ten deviations apart ("huge" begins at two:
 * Sawilowsky, Journal of Modern Applied Statistical Methods 8, 2009), while all others together tell not one class. Where they do,
 * classes are far apart.
 */
export function classToldByOne(
  columns: readonly Float64Array[],
  of: ArrayLike<number>,
  seed: number,
): LoneColumn | undefined {
  const gaps = columns.map((values) => gapOf(values, of))
  const own = Math.max(...gaps)
  const column = gaps.indexOf(own)
  if (!(own >= classes.leastGap)) return undefined
  const present = [...new Set(Array.from(of))]
  const targets = present.map((k) => standardised(Float64Array.from(of, (label) => (label === k ? 1 : 0))))
  const rest = bestHeldOut(
    strongest(columns, targets, column).flatMap(withRanks),
    targets,
    (answers, rows) =>
      Math.max(
        ...answers.map((answer, k) =>
          areaUnderCurve(
            answer,
            rows.map((row) => (of[row] === present[k] ? 1 : 0)),
          ),
        ),
      ),
    seed,
  )
  return rest <= classes.mostRest ? { column, own, rest } : undefined
}

/** The columns that go most with one of the targets, without `but`. */
function strongest(
  columns: readonly Float64Array[],
  targets: readonly Float64Array[],
  but: number,
): Float64Array[] {
  const others = columns.filter((_, i) => i !== but).map(standardised)
  if (others.length <= mostColumns) return others
  const strength = (values: Float64Array) =>
    Math.max(...targets.map((target) => Math.abs(productOf(values, target))))
  return others
    .map((values) => ({ values, strength: strength(values) }))
    .sort((a, b) => b.strength - a.strength)
    .slice(0, mostColumns)
    .map(({ values }) => values)
}

/** With their ranks curved relations and far values cost the others nothing. */
const withRanks = (values: Float64Array): Float64Array[] => [values, standardised(ranksOf(values))]

/** The least distance of two means in deviations within the classes; 0 if ranges overlap or a class has under three. */
function gapOf(values: Float64Array, of: ArrayLike<number>): number {
  const members = new Map<number, { n: number; sum: number; squares: number; least: number; most: number }>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const own = members.get(of[i]!) ?? { n: 0, sum: 0, squares: 0, least: Infinity, most: -Infinity }
    own.n++
    own.sum += value
    own.squares += value * value
    own.least = Math.min(own.least, value)
    own.most = Math.max(own.most, value)
    members.set(of[i]!, own)
  }
  const ordered = [...members.values()].sort((a, b) => a.sum / a.n - b.sum / b.n)
  if (ordered.length < 2 || ordered.some(({ n }) => n < 3)) return 0
  const deviation = Math.sqrt(Math.max(...ordered.map(({ n, sum, squares }) => squares / n - (sum / n) ** 2)))
  let gap = Infinity
  for (const [i, { n, sum, least }] of ordered.slice(1).entries()) {
    const below = ordered[i]!
    if (below.most >= least) return 0
    gap = Math.min(gap, sum / n - below.sum / below.n)
  }
  return deviation > 0 ? gap / deviation : 0
}

function explainedBy(answers: Float64Array, target: Float64Array, rows: Int32Array): number {
  const values = Float64Array.from(rows, (row) => target[row]!)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let [left, all] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    left += (values[i]! - answers[i]!) ** 2
    all += (values[i]! - mean) ** 2
  }
  return all > 0 ? 1 - left / all : 1
}

/** That of the rank sum (Mann and Whitney); 1 where all rows are alike and nothing can be told. */
function areaUnderCurve(scores: Float64Array, member: ArrayLike<number>): number {
  const ranks = ranksOf(scores)
  let [sum, n] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    if (!member[i]) continue
    sum += ranks[i]!
    n++
  }
  const others = scores.length - n
  return n > 0 && others > 0 ? (sum - (n * (n - 1)) / 2) / (n * others) : 1
}

/** Mean 0 and deviation 1, all 0 if constant. */
function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return values.map((value) => (deviation > 1e-9 * Math.abs(mean) ? (value - mean) / deviation : 0))
}

function productOf(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum / a.length
}

/** Ranks from 0, equal values sharing theirs. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++
    for (let i = start; i <= end; i++) ranks[order[i]!] = (start + end) / 2
    start = end + 1
  }
  return ranks
}
