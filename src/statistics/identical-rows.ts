import type { Table } from './tables.js'

/**
 * Hashes of the rows of some tables, each the exclusive or of the hashes of its units, so that one unit can be
 * left out. A unit is a column, or a run of columns that are one-hot together. Two independent words of 32 bits:
 * among 60,000 rows two different ones collide with probability 1e-10.
 */
export interface RowHashes {
  first: Int32Array
  second: Int32Array
}

/** Runs of columns that vary together: a single column, or a one-hot group of them. */
export type Unit = { table: number; start: number; end: number }

/** The bits of a table's numbers, with -0 as 0. Single precision, as the model sees them. */
export function bitsOf({ values }: Table): Int32Array {
  const floats = values instanceof Float32Array ? values : undefined
  if (!floats) return Int32Array.from(values)
  const bits = new Int32Array(floats.buffer, floats.byteOffset, floats.length)
  const minusZero = -2147483648
  if (!bits.includes(minusZero)) return bits
  return bits.map((word) => (word === minusZero ? 0 : word))
}

function mix(word: number, salt: number): number {
  let hash = Math.imul(word ^ salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}

/** Adds the hash of the columns [start, end) of a table, column `offset` onwards, to that of every row. */
export function addColumns(
  { first, second }: RowHashes,
  bits: Int32Array,
  { width, start, end, offset }: { width: number; start: number; end: number; offset: number },
): void {
  const salts = Int32Array.from({ length: end - start }, (_, k) =>
    Math.imul(offset + start + k + 1, 0x9e3779b1),
  )
  for (let row = 0; row < first.length; row++) {
    const at = row * width + start
    let a = 0
    let b = 0
    for (let k = 0; k < salts.length; k++) {
      const salt = salts[k]!
      const hash = mix(bits[at + k]!, salt)
      a ^= hash
      b = (b + Math.imul(hash ^ 0x5bd1e995, salt | 1)) | 0
    }
    first[row]! ^= a
    second[row] = (second[row]! + b) | 0
  }
}

/** The hashes of whole rows over several tables. */
export function hashRows(tables: readonly Table[]): RowHashes {
  const rows = tables[0]!.rows
  const hashes = { first: new Int32Array(rows), second: new Int32Array(rows) }
  let offset = 0
  for (const table of tables) {
    addColumns(hashes, bitsOf(table), { width: table.width, start: 0, end: table.width, offset })
    offset += table.width
  }
  return hashes
}

/** One number for each row, equal for equal hashes. Rows from `boundary` on are another data set's. */
export function groupRows({ first, second }: RowHashes): Int32Array {
  const groups = new Map<number, number>()
  return Int32Array.from(first, (word, row) => {
    // 53 bits: the largest whole number a double holds.
    const key = (word >>> 0) * 0x200000 + (second[row]! & 0x1fffff)
    let group = groups.get(key)
    if (group === undefined) {
      group = groups.size
      groups.set(key, group)
    }
    return group
  })
}

/** Pairs of rows in the same group: within one data set, or across the boundary between two. */
export function countPairs(groups: Int32Array, boundary: number): number {
  const rows = groups.length
  const within = new Int32Array(rows)
  if (boundary >= rows) {
    let pairs = 0
    for (const group of groups) pairs += within[group]!++
    return pairs
  }
  let pairs = 0
  for (let row = 0; row < boundary; row++) within[groups[row]!]!++
  for (let row = boundary; row < rows; row++) pairs += within[groups[row]!]!
  return pairs
}

/** Rows of the same group, at least two, the larger groups first. */
export function repeatedRows(groups: Int32Array): number[][] {
  const members = new Map<number, number[]>()
  const seen = new Int32Array(groups.length).fill(-1)
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!
    if (seen[group]! < 0) seen[group] = row
    else {
      const list = members.get(group)
      if (list) list.push(row)
      else members.set(group, [seen[group]!, row])
    }
  }
  return [...members.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!)
}
