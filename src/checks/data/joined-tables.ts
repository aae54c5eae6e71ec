import { InvalidArgumentError } from '../../errors.js'
import { plural, type Table } from '../../statistics/tables.js'

/** Throws `InvalidArgumentError` when the inputs of two data sets differ in shape. */
export function assertJoinable(first: readonly Table[], second: readonly Table[]): void {
  if (first.length !== second.length) {
    throw new InvalidArgumentError(
      'validation.xs',
      plural(second.length, 'tensor'),
      `${plural(first.length, 'tensor')}, as train.xs`,
    )
  }
  for (const [i, table] of first.entries()) {
    const other = partnerOf(table, i, second)
    if (other.shape.slice(1).join() === table.shape.slice(1).join()) continue
    throw new InvalidArgumentError(
      `validation.${other.name}`,
      `the shape [${other.shape.join(', ')}]`,
      `[examples${table.shape
        .slice(1)
        .map((size) => `, ${size}`)
        .join('')}], as train.${table.name}`,
    )
  }
}

/** Both data sets one after the other. Throws `InvalidArgumentError` when their inputs differ in shape. */
export function joinTables(first: readonly Table[], second: readonly Table[]): Table[] {
  assertJoinable(first, second)
  return first.map((table, i) => {
    const other = partnerOf(table, i, second)
    const joined = emptyJoin(table, other, table.rows + other.rows)
    joined.values.set(table.values)
    joined.values.set(other.values, table.rows * table.width)
    return joined
  })
}

/** The same of some rows of each: large data sets are not copied for a sample. */
export function joinRows(
  first: readonly Table[],
  some: Int32Array,
  second: readonly Table[],
  others: Int32Array,
): Table[] {
  assertJoinable(first, second)
  return first.map((table, i) => {
    const other = partnerOf(table, i, second)
    const joined = emptyJoin(table, other, some.length + others.length)
    copyRows(joined.values, 0, table, some)
    copyRows(joined.values, some.length, other, others)
    return joined
  })
}

const partnerOf = ({ name }: Table, i: number, second: readonly Table[]): Table =>
  second.find((other) => other.name === name) ?? second[i]!

type Join = Table & { values: Int32Array | Float32Array }

/** Numbers of either data set are numbers of both. */
function emptyJoin(table: Table, other: Table, rows: number): Join {
  const whole = table.dtype !== 'float32' && other.dtype !== 'float32'
  const size = rows * table.width
  return {
    ...table,
    values: whole ? new Int32Array(size) : new Float32Array(size),
    rows,
    shape: [rows, ...table.shape.slice(1)],
    dtype: whole ? 'int32' : 'float32',
  }
}

function copyRows(into: Join['values'], first: number, { values, width }: Table, rows: Int32Array): void {
  let at = first * width
  for (const row of rows) {
    const start = row * width
    for (let k = 0; k < width; k++) into[at++] = values[start + k]!
  }
}
