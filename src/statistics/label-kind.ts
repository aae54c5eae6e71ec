import type { Table } from './tables.js'

/** What the labels of one output are, as far as the numbers tell. */
export type Labels =
  | {
      kind: 'classes'
      /** How they are written. */
      form: 'one-hot' | 'soft' | 'indices' | 'binary'
      classes: number
      /** Class of each row, the likeliest of soft labels. A row is an example, or a step of one. */
      of: Int32Array
      rowsPerExample: number
    }
  | { kind: 'multilabel'; width: number; rowsPerExample: number }
  | { kind: 'numbers'; why: string }

/** Whole numbers in a float tensor are class indices only up to this many classes. */
const mostFloatClasses = 100

export type Task = 'classification' | 'binary' | 'multilabel' | 'regression' | 'reconstruction'

/**
 * Reads labels: rows that are distributions are classes, other rows of zeros and ones are several labels each, a
 * single column of 0 and 1 (or -1 and 1) is binary, whole numbers of type int32 are class indices. Whole numbers
 * of type float32 may be indices or counts: indices when every class from 0 on has a fair number of examples.
 */
export function readLabels(
  table: Table,
  { task, inputs = [] }: { task?: Task | undefined; inputs?: Table[] } = {},
): Labels {
  const { values, rows, shape, dtype } = table
  if (task === 'regression' || task === 'reconstruction')
    return { kind: 'numbers', why: `the task is ${task}` }
  if (inputs.some((input) => sameValues(input, table))) {
    return { kind: 'numbers', why: 'the targets are the inputs' }
  }
  const width = shape.length > 1 ? shape[shape.length - 1]! : 1
  const size = rows * table.width
  const rowsPerExample = table.width / width
  let [zeroOrOne, signs, whole, inUnit, largest] = [true, true, true, true, -Infinity]
  for (let i = 0; i < size; i++) {
    const value = values[i]!
    if (value !== 0 && value !== 1) zeroOrOne = false
    if (value !== 1 && value !== -1) signs = false
    if (!(value >= 0 && value <= 1)) inUnit = false
    if (value < 0 || !Number.isInteger(value)) whole = false
    if (value > largest) largest = value
  }
  const perStep = shape.length > 2 ? 1 : width
  if (width > 1 && inUnit && task !== 'multilabel') {
    const classes = distributions(values, size / width, width)
    if (classes) {
      const form = zeroOrOne ? 'one-hot' : 'soft'
      return { kind: 'classes', form, classes: width, of: classes, rowsPerExample }
    }
  }
  const indices = (form: 'indices' | 'binary', classes: number, of: Int32Array): Labels => ({
    kind: 'classes',
    form,
    classes,
    of,
    rowsPerExample: table.width,
  })
  if (width > 1 && zeroOrOne && task !== 'classification')
    return { kind: 'multilabel', width, rowsPerExample }
  if (zeroOrOne || signs) {
    return indices(
      'binary',
      2,
      Int32Array.from({ length: size }, (_, i) => (values[i] === 1 ? 1 : 0)),
    )
  }
  if (whole && (perStep === 1 || dtype === 'int32') && largest < 100_000) {
    const of = Int32Array.from({ length: size }, (_, i) => values[i]!)
    if (dtype === 'int32' || task === 'classification') return indices('indices', largest + 1, of)
    if (largest < mostFloatClasses && evenEnough(of, largest + 1)) return indices('indices', largest + 1, of)
    return {
      kind: 'numbers',
      why: "whole numbers of type float32 may be class indices or counts: give task: 'classification' if they are classes",
    }
  }
  return { kind: 'numbers', why: 'the labels are numbers, not classes' }
}

/** The class of each row when all rows are distributions, else undefined. */
function distributions(values: ArrayLike<number>, rows: number, width: number): Int32Array | undefined {
  const classes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    let best = 0
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      sum += value
      if (value > values[row * width + best]!) best = k
    }
    if (Math.abs(sum - 1) > 1e-3) return undefined
    classes[row] = best
  }
  return classes
}

/** Counts thin out to single ones; classes do not: each has a twentieth of its even share, three at least. */
function evenEnough(of: Int32Array, classes: number): boolean {
  const counts = new Int32Array(classes)
  for (const index of of) counts[index]!++
  const least = Math.max(3, of.length / classes / 20)
  return counts.every((count) => count >= least)
}

function sameValues(a: Table, b: Table): boolean {
  if (a.rows !== b.rows || a.width !== b.width || a.width === 1) return false
  for (let i = 0; i < a.rows * a.width; i++) if (a.values[i] !== b.values[i]) return false
  return true
}

/** The first output with one class for each example. */
export function classesOf(
  outputs: readonly Table[],
  inputs: Table[],
  task?: Task,
): Extract<Labels, { kind: 'classes' }> | undefined {
  for (const table of outputs) {
    const labels = readLabels(table, { inputs, task })
    if (labels.kind === 'classes' && labels.rowsPerExample === 1 && labels.classes > 1) return labels
  }
  return undefined
}
