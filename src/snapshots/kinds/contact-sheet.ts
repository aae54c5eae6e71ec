import type { ContactSheet, Mark } from '../../images/contact-sheet.js'
import { type ExampleView, exampleView, shrinkTiles, tilesOf } from '../../images/example-tiles.js'
import type { Tiles } from '../../images/picture.js'
import type { ExampleGroup } from '../../statistics/example-groups.js'
import type { SuspiciousExamples } from '../../statistics/suspicious-examples.js'
import type { Table } from '../../statistics/tables.js'

/** So many rows, the first ones; the entry counts the examples of all labels. */
const mostRows = 20
/** So many numbers a sheet has at most; larger pictures are shrunk. */
const mostValues = 65_536

/** How an input is shown example by example; undefined for a table. Ids are strips. */
export function viewOf({ shape, dtype }: Table): ExampleView | undefined {
  const perExample = shape.slice(1)
  if (dtype === 'int32' && perExample.length === 1 && perExample[0]! > 1)
    return exampleView([1, perExample[0]!])
  return exampleView(perExample)
}

/**
 * A row for each group: its mean, then the examples to look at (up to half of the places), then its first others.
 */
export function arrangeSheet(
  table: Table,
  groups: readonly ExampleGroup[],
  suspicious: SuspiciousExamples,
  perLabel: number,
): ContactSheet & { values: Float32Array } {
  const view = viewOf(table)!
  const shown = groups.filter(({ rows }) => rows.length > 0).slice(0, mostRows)
  const columns = perLabel + 1
  const factor = shrinkFactor(view, shown.length * columns)
  const marked = marksOf(suspicious)
  const marks: Array<Mark | 'empty' | undefined> = []
  const rows: Tiles[] = []
  for (const { rows: members } of shown) {
    const picked = pick(members, marked, perLabel)
    marks.push(undefined, ...picked.map((row) => marked.get(row)))
    for (let place = picked.length; place < perLabel; place++) marks.push('empty')
    rows.push(
      rounded(shrinkTiles(meanTile(view, table, members), factor)),
      shrunk(tilesOf(view, table.values, table.width, picked), factor),
    )
  }
  const { height, width, channels } = rows[0]!
  const perRow = columns * height * width * channels
  const values = new Float32Array(shown.length * perRow)
  for (let row = 0; row < shown.length; row++) {
    const [mean, tiles] = [rows[2 * row]!, rows[2 * row + 1]!]
    values.set(mean.data, row * perRow)
    values.set(tiles.data, row * perRow + mean.data.length)
  }
  return { shape: { height, width, channels }, rows: shown.length, columns, marks, values }
}

/** The gravest reason wins. */
function marksOf({ outliers, copies, mislabelled }: SuspiciousExamples): Map<number, Mark> {
  return new Map<number, Mark>([
    ...copies.flat().map((row) => [row, 'copy'] as const),
    ...outliers.map((row) => [row, 'outlier'] as const),
    ...mislabelled.map(({ example }) => [example, 'mislabelled'] as const),
  ])
}

function pick(members: readonly number[], marked: ReadonlyMap<number, Mark>, most: number): number[] {
  const first = members.filter((row) => marked.has(row)).slice(0, Math.ceil(most / 2))
  const others = members.filter((row) => !first.includes(row)).slice(0, most - first.length)
  return [...first, ...others]
}

function meanTile(view: ExampleView, { values, width: size }: Table, members: readonly number[]): Tiles {
  const sums = new Float64Array(size)
  for (const row of members) for (let i = 0; i < size; i++) sums[i]! += values[row * size + i]!
  return tilesOf(
    view,
    sums.map((sum) => sum / members.length),
    size,
    [0],
  )
}

const shrunk = (tiles: Tiles, factor: number): Tiles =>
  factor === 1 ? tiles : rounded(shrinkTiles(tiles, factor))

/**
 * Means to twelve significant bits: below the default rtol, and they take half the place in the file.
 */
function rounded(tiles: Tiles): Tiles {
  const bits = new Int32Array(tiles.data.buffer, tiles.data.byteOffset, tiles.data.length)
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i]! + 0x800) & ~0xfff
  return tiles
}

function shrinkFactor({ height, width, channels }: ExampleView, tiles: number): number {
  let factor = 1
  const cells = () => Math.ceil(height / factor) * Math.ceil(width / factor)
  while (tiles * cells() * channels > mostValues && cells() > 1) factor++
  return factor
}
