import { mulberry32 } from '../training/seed.js'

/** Columns at a time: their signs and two rows of them stay in the fastest cache. */
const chunk = 512
/** Coordinates at a time: four of two rows are as many running sums as a processor has registers for. */
const block = 4

/** Reads the columns [first, first + into.length) of the row `row`. */
type ReadRow = (row: number, first: number, into: Float64Array) => void

/**
 * Random signs, one for each column and coordinate, drawn column by column: projections of standardised rows by them
 * keep distances (Johnson–Lindenstrauss).
 */
export class SignProjection {
  readonly #random: () => number

  constructor(
    seed: number,
    /** Coordinates of a point: a multiple of four. */
    readonly width: number,
  ) {
    this.#random = mulberry32(seed)
  }

  /**
   * Adds the next `columns` columns to the points `values`. Each coordinate is a sum over the columns in their order,
   * however many coordinates and rows are at it side by side: a sum in any other order would be another number.
   */
  add(values: Float64Array, columns: number, read: ReadRow): void {
    const { width } = this
    const count = values.length / width
    for (let first = 0; first < columns; first += chunk) {
      const size = Math.min(chunk, columns - first)
      const signs = this.#signsOf(size)
      const [one, other] = [new Float64Array(size), new Float64Array(size)]
      for (let row = 0; row < count; row += 2) {
        // The last of an odd number of rows is its own partner: the same sums are written twice.
        const next = Math.min(row + 1, count - 1)
        read(row, first, one)
        read(next, first, other)
        addTwo(values, row * width, next * width, { signs, width, one, other })
      }
    }
  }

  /** Signs of the next columns: of each block of coordinates, those of the first column, of the second … */
  #signsOf(columns: number): Float64Array {
    const signs = new Float64Array(columns * this.width)
    for (let column = 0; column < columns; column++) {
      for (let p = 0; p < this.width; p++) {
        const start = (p - (p % block)) * columns + column * block
        signs[start + (p % block)] = this.#random() < 0.5 ? -1 : 1
      }
    }
    return signs
  }
}

/** Adds the projections of two rows to the points that begin at `a` and at `b`. */
function addTwo(
  values: Float64Array,
  a: number,
  b: number,
  {
    signs,
    width,
    one,
    other,
  }: { signs: Float64Array; width: number; one: Float64Array; other: Float64Array },
): void {
  let at = 0
  for (let p = 0; p < width; p += block) {
    let a0 = values[a + p]!
    let a1 = values[a + p + 1]!
    let a2 = values[a + p + 2]!
    let a3 = values[a + p + 3]!
    let b0 = values[b + p]!
    let b1 = values[b + p + 1]!
    let b2 = values[b + p + 2]!
    let b3 = values[b + p + 3]!
    for (let k = 0; k < one.length; k++, at += block) {
      const x = one[k]!
      const y = other[k]!
      const s0 = signs[at]!
      const s1 = signs[at + 1]!
      const s2 = signs[at + 2]!
      const s3 = signs[at + 3]!
      a0 += s0 * x
      a1 += s1 * x
      a2 += s2 * x
      a3 += s3 * x
      b0 += s0 * y
      b1 += s1 * y
      b2 += s2 * y
      b3 += s3 * y
    }
    values[a + p] = a0
    values[a + p + 1] = a1
    values[a + p + 2] = a2
    values[a + p + 3] = a3
    values[b + p] = b0
    values[b + p + 1] = b1
    values[b + p + 2] = b2
    values[b + p + 3] = b3
  }
}
