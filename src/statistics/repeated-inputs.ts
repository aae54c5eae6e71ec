import type { TensorGroup } from '../training/trainable.js'
import { countRepeats, type Repeats } from './chance-repeats.js'
import { hashRows, type RowHashes } from './identical-rows.js'
import { findNearRows, type NearRows } from './near-rows.js'
import { sharedFinding } from './shared-findings.js'
import { type Table, tablesOf } from './tables.js'

/** Examples with identical inputs. */
export function repeatsIn(xs: TensorGroup): Repeats {
  return sharedFinding(xs, 'repeats', () => {
    const tables = tablesOf('xs', xs)
    return countRepeats(tables, tables[0]!.rows, hashesIn(xs))
  })
}

/** Examples of one data set with the inputs of another's. `joined` holds the inputs of both, one after the other. */
export function repeatsAcross(xs: TensorGroup, others: TensorGroup, joined: readonly Table[]): Repeats {
  const parts = [xs, others].map((group) => tablesOf('xs', group))
  const boundary = parts[0]![0]!.rows
  // Rows keep their hashes where they keep their numbers and the order of their columns.
  const asTheyWere = parts.every((tables) =>
    tables.every(
      ({ name, dtype }, i) =>
        name === joined[i]!.name && (dtype === 'float32') === (joined[i]!.dtype === 'float32'),
    ),
  )
  return countRepeats(
    joined,
    boundary,
    asTheyWere ? joinHashes(hashesIn(xs), hashesIn(others)) : hashRows(joined),
  )
}

const hashesIn = (xs: TensorGroup): RowHashes =>
  sharedFinding(xs, 'hashes', () => hashRows(tablesOf('xs', xs)))

function joinHashes(a: RowHashes, b: RowHashes): RowHashes {
  const join = (one: Int32Array, other: Int32Array) => {
    const both = new Int32Array(one.length + other.length)
    both.set(one)
    both.set(other, one.length)
    return both
  }
  return { first: join(a.first, b.first), second: join(a.second, b.second) }
}

/** Examples whose inputs are nearly identical. */
export function nearRowsIn(xs: TensorGroup, seed: number): NearRows {
  return sharedFinding(xs, `near rows under seed ${seed}`, () => {
    const tables = tablesOf('xs', xs)
    return findNearRows(tables, { boundary: tables[0]!.rows, groups: repeatsIn(xs).groups, seed })
  })
}
