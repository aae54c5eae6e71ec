import { countExamples } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'
import { readLabels } from './label-kind.js'
import { nearest } from './nearest.js'
import { type Points, pointsOf, sampleRows } from './neighbours.js'
import { agreementOfClasses, agreementOfNumbers, type PairAgreement } from './pair-agreement.js'
import { squaredDistancesWithin } from './squared-distances.js'
import { tablesOf } from './tables.js'

/** How far neighbours agree in their labels, among as many examples of each split. */
export interface SplitAgreement {
  kind: 'classes' | 'numbers'
  training: PairAgreement
  /** Of pairs no nearer to each other than neighbours in training are, and not next to each other in their order. */
  validation: PairAgreement
  /** Of validation examples and their nearest training examples. */
  across: PairAgreement
  count: number
}

const fewest = 30
/**
 * Neighbours in the order of the rows, of a series above all, share more than their inputs: pairs within a twentieth
 * of the rows do not count (Theiler, Physical Review A 34, 1986).
 */
const nextInOrder = 1 / 20

/** Undefined where the splits have no class or number for each example, or fewer than 30 examples. */
export function splitAgreement(
  train: Examples,
  validation: Examples,
  { seed, most }: { seed: number; most: number },
): SplitAgreement | undefined {
  const count = Math.min(most, countExamples(train), countExamples(validation))
  const [given, expected] = [sampled(train, count, seed), sampled(validation, count, seed)]
  if (!given || !expected || count < fewest) return undefined
  if (given.kind !== expected.kind || given.points.width !== expected.points.width) return undefined
  const agreement = given.kind === 'classes' ? agreementOfClasses : agreementOfNumbers
  const within = nearest(given.points, given.points, 1)
  const partners = pairsAsFar(expected.points, distancesTo(given.points, within))
  const across = nearest(expected.points, given.points, 1)
  const at = (labels: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => labels[row]!)
  return {
    kind: given.kind,
    training: agreement(given.labels, at(given.labels, within)),
    validation: agreement(expected.labels, at(expected.labels, partners)),
    across: agreement(expected.labels, at(given.labels, across)),
    count,
  }
}

interface Sample {
  kind: 'classes' | 'numbers'
  labels: Float64Array
  points: Points
}

/** Points and labels of some examples, the first output that has one class or a few numbers for each. */
function sampled({ xs, ys }: Examples, count: number, seed: number): Sample | undefined {
  const inputs = tablesOf('xs', xs)
  const rows = sampleRows(inputs[0]!.rows, count, seed)
  for (const table of tablesOf('ys', ys)) {
    const labels = readLabels(table, { inputs })
    const classes = labels.kind === 'classes' && labels.rowsPerExample === 1 ? labels.of : undefined
    if (!classes && !(labels.kind === 'numbers' && table.width <= 8)) continue
    return {
      kind: classes ? 'classes' : 'numbers',
      labels: Float64Array.from(rows, (row) => classes?.[row] ?? table.values[row * table.width]!),
      points: pointsOf(inputs, rows, seed),
    }
  }
  return undefined
}

/**
 * For each point another one: its nearest, or where training examples are farther from their neighbours than that,
 * one about as far. Points are matched with training examples by the rank of these distances.
 */
function pairsAsFar(points: Points, distances: Float64Array): Int32Array {
  const { count } = points
  const between = allDistances(points)
  const isNext = (i: number, j: number) => Math.abs(i - j) <= nextInOrder * count
  const closest = (i: number, wanted: number) => {
    let [found, best] = [-1, Infinity]
    for (let j = 0; j < count; j++) {
      if (isNext(i, j)) continue
      const off = Math.abs(between[i * count + j]! - wanted)
      if (off < best) [found, best] = [j, off]
    }
    return found
  }
  const partners = Int32Array.from({ length: count }, (_, i) => closest(i, 0))
  const own = Float64Array.from(partners, (partner, i) => between[i * count + partner]!)
  const byDistance = Int32Array.from(own.keys()).sort((a, b) => own[a]! - own[b]!)
  const wanted = distances.slice().sort()
  byDistance.forEach((i, rank) => {
    if (wanted[rank]! > own[i]!) partners[i] = closest(i, wanted[rank]!)
  })
  return partners
}

/** From every point to every other: of a few hundred points only. */
const allDistances = (points: Points): Float64Array => squaredDistancesWithin(points).map(Math.sqrt)

const distancesTo = (points: Points, partners: Int32Array): Float64Array =>
  Float64Array.from(partners, (partner, i) => distance(points, i, partner))

function distance({ values, width }: Points, a: number, b: number): number {
  let sum = 0
  for (let k = 0; k < width; k++) sum += (values[a * width + k]! - values[b * width + k]!) ** 2
  return Math.sqrt(sum)
}
