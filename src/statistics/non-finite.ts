import { plural, type Table } from './tables.js'

/** The values of a table that are not finite. */
export interface NonFinite {
  table: Table
  count: number
  nan: number
  infinite: number
  /** "3 NaN and 1 Infinity" */
  kinds: string
  /** Examples that have one, in order. */
  examples: number[]
  /** Of a table of rank 2: columns that have one, with how many, the most first. */
  columns: Array<{ column: number; count: number }>
}

/** Counts NaN and the infinities of a table. One pass; nothing else is done where all is well. */
export function countNonFinite(table: Table): NonFinite {
  const { values, rows, width } = table
  const counts = new Map<number, number>()
  const examples: number[] = []
  let [nan, plus, minus] = [0, 0, 0]
  if (table.dtype === 'float32') {
    for (let i = 0, at = 0; i < rows; i++) {
      for (let column = 0; column < width; column++, at++) {
        const value = values[at]!
        if (value - value === 0) continue
        if (Number.isNaN(value)) nan++
        else if (value > 0) plus++
        else minus++
        counts.set(column, (counts.get(column) ?? 0) + 1)
        if (examples.at(-1) !== i) examples.push(i)
      }
    }
  }
  return {
    table,
    count: nan + plus + minus,
    nan,
    infinite: plus + minus,
    kinds: [nan && `${nan} NaN`, plus && `${plus} Infinity`, minus && `${minus} -Infinity`]
      .filter(Boolean)
      .join(' and '),
    examples,
    columns:
      table.shape.length === 2
        ? [...counts].map(([column, count]) => ({ column, count })).sort((a, b) => b.count - a.count)
        : [],
  }
}

/** "column 3 (12 values), column 5 (1 value)" */
export function listColumns(columns: NonFinite['columns'], most = 4): string {
  const shown = columns.slice(0, most).map(({ column, count }) => `${column} (${plural(count, 'value')})`)
  return `${shown.join(', ')}${columns.length > most ? ` and ${columns.length - most} more` : ''}`
}
