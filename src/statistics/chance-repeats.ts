import { addColumns, bitsOf, countPairs, groupRows, type RowHashes, type Unit } from './identical-rows.js'
import type { Table } from './tables.js'

/** How many pairs of identical rows the data have, and how many they would have by chance. */
export interface Repeats {
  pairs: number
  expected: number
  /** Pairs up to this number are no evidence of copying. */
  allowed: number
  /** The rows come from so few different ones that repeats are what the data are. */
  enumerable: boolean
  distinct: number
  groups: Int32Array
}

/** Units left out one at a time: fewer for many rows. */
const mostUnits = 24
const mostLookups = 600_000
/** Few-valued columns and each row seen three times on average: a truth table, a small set of patterns. */
const fewValues = 32
const fewRepeats = 3
/** Pictures of which each comes many times are copies, however few grey levels they have. */
const fewColumns = 32

/**
 * Identical rows in `tables`, and how many are expected by chance. Rows of few-valued columns coincide naturally,
 * and so do correlated measurements on a grid. The estimate needs no model of the data: leave a unit (a column, or
 * one-hot columns together) out; M pairs agree in all the others. If rows are drawn independently, a share q of
 * them, the probability that two rows agree in the unit left out, agrees there too: E = q / (1 - q) · (M - E).
 * Copied rows agree everywhere or nowhere, so that they add nothing to M - E. The largest estimate over the units
 * counts. `boundary`: rows from there on are another data set's, and pairs are counted across.
 */
export function countRepeats(tables: readonly Table[], boundary: number, hashes: RowHashes): Repeats {
  const rows = hashes.first.length
  const groups = groupRows(hashes)
  const distinct = groups.reduce((most, group) => Math.max(most, group), -1) + 1
  const pairs = countPairs(groups, boundary)
  if (pairs === 0) return { pairs, expected: 0, allowed: 0, enumerable: false, distinct, groups }
  const all = tables.flatMap((table, index) => unitsOf(table, index))
  const varying = all.filter((unit) => distinctValues(tables[unit.table]!, unit, 1) > 1)
  const enumerable =
    fewRepeats * distinct <= rows &&
    varying.length <= fewColumns &&
    all.every((unit) => distinctValues(tables[unit.table]!, unit, fewValues) <= fewValues) &&
    !areMeasured(tables, varying, distinct)
  const possible = boundary < rows ? boundary * (rows - boundary) : (rows * (rows - 1)) / 2
  let expected = 0
  if (varying.length === 1) expected = possible * gridMatches(tables[varying[0]!.table]!, varying[0]!)
  else {
    const used = Math.min(varying.length, mostUnits, Math.max(4, Math.floor(mostLookups / rows)))
    const bits = tables.map(bitsOf)
    for (let i = 0; i < used; i++) {
      const unit = varying[Math.floor((i * varying.length) / used)]!
      const only = { first: new Int32Array(rows), second: new Int32Array(rows) }
      const table = tables[unit.table]!
      const offset = tables.slice(0, unit.table).reduce((sum, { width }) => sum + width, 0)
      addColumns(only, bits[unit.table]!, { width: table.width, start: unit.start, end: unit.end, offset })
      const without = {
        first: hashes.first.map((word, row) => word ^ only.first[row]!),
        second: hashes.second.map((word, row) => (word - only.second[row]!) | 0),
      }
      const q = countPairs(groupRows(only), boundary) / possible
      const others = countPairs(groupRows(without), boundary) - pairs
      if (q < 1) expected = Math.max(expected, (q / (1 - q)) * others)
    }
  }
  return {
    pairs,
    expected,
    // Three times what is expected (columns that depend on each other agree more often), and chance.
    allowed: 3 * expected + 8 * Math.sqrt(expected),
    enumerable,
    distinct,
    groups,
  }
}

/** So few different rows may be patterns that somebody made up. */
const fewPatterns = 10
/** Columns by whose fractions alone most rows could be told apart: one may be a dose, two do not come again together. */
const tellingColumns = 2

/**
 * Whether the different rows are measurements, few only because each is there many times: factors of a design, symbols
 * and switches take the same values in many rows, measured fractions hardly ever.
 */
function areMeasured(tables: readonly Table[], units: readonly Unit[], distinct: number): boolean {
  if (distinct <= fewPatterns) return false
  const telling = units.filter((unit) => {
    const table = tables[unit.table]!
    return hasFractions(table, unit) && 2 * distinctValues(table, unit, fewValues) > distinct
  })
  return telling.length >= tellingColumns
}

function hasFractions({ values, rows, width }: Table, { start }: Unit): boolean {
  for (let row = 0; row < rows; row++) if (!Number.isInteger(values[row * width + start]!)) return true
  return false
}

/** The units of a table: its columns, one-hot groups of them together. */
export function unitsOf(table: Table, index: number): Unit[] {
  const { rows, width, values } = table
  const units: Unit[] = []
  const binary = Array.from({ length: width }, (_, column) => {
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + column]!
      if (value !== 0 && value !== 1) return false
    }
    return true
  })
  for (let start = 0; start < width; ) {
    let end = start + 1
    if (binary[start]) {
      const sums = new Int8Array(rows)
      for (let column = start; column < width && binary[column]; column++) {
        let complete = true
        let overlap = false
        for (let row = 0; row < rows; row++) {
          sums[row]! += values[row * width + column]!
          if (sums[row]! > 1) overlap = true
          if (sums[row] !== 1) complete = false
        }
        if (overlap) break
        if (complete) {
          end = column + 1
          break
        }
      }
    }
    units.push({ table: index, start, end })
    start = end
  }
  return units
}

/** Number of distinct values of a unit, counted up to one more than `most`. */
function distinctValues({ values, rows, width }: Table, { start, end }: Unit, most: number): number {
  if (end - start > 1) return end - start
  const seen = new Set<number>()
  for (let row = 0; row < rows; row++) {
    seen.add(values[row * width + start]!)
    if (seen.size > most) break
  }
  return seen.size
}

/**
 * The probability that two values agree if they lie on a grid: a single column has no others to compare with. The
 * grid is the smallest gap between values; where the gaps are no multiples of it there is none. Values concentrate,
 * hence three times the probability of a uniform distribution.
 */
function gridMatches({ values, rows, width }: Table, { start, end }: Unit): number {
  if (end - start > 1) return 1 / (end - start)
  const sorted = Float64Array.from({ length: rows }, (_, row) => values[row * width + start]!).sort()
  let smallest = Infinity
  for (let i = 1; i < rows; i++) {
    const gap = sorted[i]! - sorted[i - 1]!
    if (gap > 0) smallest = Math.min(smallest, gap)
  }
  for (let i = 1; i < rows; i++) {
    const steps = (sorted[i]! - sorted[i - 1]!) / smallest
    if (Math.abs(steps - Math.round(steps)) > 1e-2 * Math.max(1, steps * 1e-2)) return 0
  }
  const cells = (sorted[rows - 1]! - sorted[0]!) / smallest + 1
  return Math.min(1, 3 / cells)
}
