import { formatNumber } from '../figures/number.js'
import { readLabels } from './label-kind.js'
import { pointsOf } from './neighbours.js'
import { agreementOfClasses, agreementOfNumbers, type PairAgreement } from './pair-agreement.js'
import type { Table } from './tables.js'

/** How far examples agree in their labels with their nearest neighbours, before and after augmentation. */
export interface AugmentedAgreement {
  /** Of originals and their nearest other originals. */
  original: PairAgreement
  /** Of augmented examples and the nearest originals that are not their own. */
  augmented: PairAgreement
  /** Examples that augmentation changes: others say nothing of it. */
  changed: number
  /** Share of these that lie exactly at another original: rows that changed places. */
  atOthers: number
  /** Share of these whose label is another one. */
  relabelled: number
}

/** Labels as one number each: a class or a quantity. */
export interface LabelValues {
  kind: 'classes' | 'numbers'
  before: ArrayLike<number>
  after: ArrayLike<number>
}

/** Moves of less than this share of the distance to the nearest neighbour are none. */
const leastMove = 0.05
const fewest = 30

/**
 * `joined` holds the originals and then, in the same order, the augmented examples, once or several times over.
 * Undefined where augmentation changes fewer than 30 examples.
 */
export function augmentedAgreement(
  joined: readonly Table[],
  { kind, before, after }: LabelValues,
  seed: number,
): AugmentedAgreement | undefined {
  const count = before.length
  const points = pointsOf(
    joined,
    Int32Array.from({ length: joined[0]!.rows }, (_, row) => row),
    seed,
  )
  const { values, width } = points
  const squared = (a: number, b: number, limit = Infinity) => {
    let sum = 0
    for (let k = 0; k < width && sum < limit; k++)
      sum += (values[a * width + k]! - values[b * width + k]!) ** 2
    return sum
  }
  const nearestOther = (point: number, own: number) => {
    let [found, best] = [-1, Infinity]
    for (let j = 0; j < count; j++) {
      if (j === own) continue
      const distance = squared(point, j, best)
      if (distance < best) [found, best] = [j, distance]
    }
    return { row: found, distance: best }
  }
  const ownNeighbours = Array.from({ length: count }, (_, i) => nearestOther(i, i))
  const pairs = {
    own: [] as number[],
    near: [] as number[],
    after: [] as number[],
    nearAfter: [] as number[],
  }
  let [atOthers, relabelled] = [0, 0]
  for (let i = 0; i < after.length; i++) {
    const source = i % count
    const beside = ownNeighbours[source]!
    const moved = squared(count + i, source) > leastMove ** 2 * beside.distance
    const renamed = differs(after[i]!, before[source]!)
    if (!moved && !renamed) continue
    if (renamed) relabelled++
    const { row, distance } = nearestOther(count + i, source)
    if (moved && distance <= 1e-9 * beside.distance) atOthers++
    pairs.own.push(before[source]!)
    pairs.near.push(before[beside.row]!)
    pairs.after.push(after[i]!)
    pairs.nearAfter.push(before[row]!)
  }
  const changed = pairs.own.length
  if (changed < fewest) return undefined
  const agreement = kind === 'classes' ? agreementOfClasses : agreementOfNumbers
  return {
    original: agreement(pairs.own, pairs.near),
    augmented: agreement(pairs.after, pairs.nearAfter),
    changed,
    atOthers: atOthers / changed,
    relabelled: relabelled / changed,
  }
}

const differs = (a: number, b: number): boolean => Math.abs(a - b) > 1e-6 * Math.max(1, Math.abs(b))

/**
 * One label for each example, of the first output that has one: before and after augmentation. Mixed labels count as
 * their likeliest class. `unreadable` where they were classes and are none any more.
 */
export function labelValues(
  before: readonly Table[],
  after: readonly Table[],
  inputs: Table[],
): LabelValues | { unreadable: string; why: string } | undefined {
  for (const [i, table] of before.entries()) {
    const labels = readLabels(table, { inputs })
    const changed = after[i]!
    if (labels.kind === 'classes' && labels.rowsPerExample === 1) {
      const of = classesAfter(changed, labels, lowestOf(table))
      return typeof of === 'string'
        ? { unreadable: changed.name, why: of }
        : { kind: 'classes', before: labels.of, after: of }
    }
    if (labels.kind !== 'numbers' || table.width > 8) continue
    const first = ({ values, rows, width }: Table) =>
      Float64Array.from({ length: rows }, (_, row) => values[row * width]!)
    return { kind: 'numbers', before: first(table), after: first(changed) }
  }
  return undefined
}

type Classes = Extract<ReturnType<typeof readLabels>, { kind: 'classes' }>

/** Class of each row after augmentation, or what keeps the labels from being classes. */
function classesAfter(
  { values, rows, width }: Table,
  { form, classes }: Pick<Classes, 'form' | 'classes'>,
  lowest: number,
): Int32Array | string {
  const found = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const value = values[row * width]!
    if (form === 'binary') {
      if (value < lowest || value > 1) return `${value} in row ${row} lies beyond the two classes`
      found[row] = value >= (lowest + 1) / 2 ? 1 : 0
    } else if (form === 'indices') {
      if (!Number.isInteger(value) || value < 0 || value >= classes)
        return `${value} in row ${row} is no index of a class (to mix labels, make them one-hot first)`
      found[row] = value
    } else {
      const shares = Array.from({ length: width }, (_, k) => values[row * width + k]!)
      const sum = shares.reduce((total, share) => total + share, 0)
      if (Math.abs(sum - 1) > 1e-3 || Math.min(...shares) < -1e-4)
        return `row ${row} is no distribution over the classes any more: its sum is ${formatNumber(sum)}`
      found[row] = shares.indexOf(Math.max(...shares))
    }
  }
  return found
}

const lowestOf = ({ values, rows, width }: Table): number => {
  let lowest = 0
  for (let i = 0; i < rows * width; i++) lowest = Math.min(lowest, values[i]!)
  return lowest
}
