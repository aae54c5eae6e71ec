import type { Comparison } from './comparison.js'

/** Numbers that a snapshot keeps. They decide whether it matches, their picture explains. */
export interface Content {
  kind: PictureKind
  /** `layer 0 Conv2D kernel`: the same in every process. */
  label: string
  shape: readonly number[]
  /** Last axis fastest. */
  values: Float32Array
  /** How the numbers fall into parts that messages tell apart: filters, labels, examples. */
  parts: Parts
  /** What has to stay as it is, to the letter: a line each. */
  facts: readonly string[]
}

export interface Parts {
  count: number
  partOf(flatIndex: number): number
  /** What messages call it; by default its number. */
  nameOf?(part: number): string
}

/** What pictures of one matcher are called, where they lie, and why their numbers may move. */
export interface PictureKind {
  /** `weight-image`: the check is `match-weight-image`. */
  name: string
  folder: PictureFolder
  /** What the numbers are: `weights`. */
  numbers: string
  /** One of `parts`: `filter`. */
  part: string
  /** Default of `atol`, as a share of the largest magnitude of the baseline. */
  atolShare: number
  /** At least this, in units of the values. Default 0. */
  leastAtol?: number
  /** The picture carries its numbers where they compress to so many bytes. Default: up to 65,536 numbers. */
  mostExactBytes?: number
  /** `atolShare` is of the largest magnitude of the part, not of all: its parts are of different units. */
  scaledByPart?: boolean
  /** What pictures are: pixels (default), or SVG text. */
  format?: 'png' | 'svg'
  /** Why the numbers may have moved, the most telling first. */
  likelyCauses(comparison: Comparison, context: MovedBetween): string[]
}

export interface MovedBetween {
  /** Backends of the baseline and of this run. */
  before: string
  after: string
  /** The largest magnitude of the baseline. */
  largest: number
}

/** Folders beside a test file, with a folder for each test file in them. */
export const pictureFolders = ['__weights__', '__images__'] as const
export type PictureFolder = (typeof pictureFolders)[number]

/** The first axis tells the parts apart. */
export function partsOfFirstAxis(shape: readonly number[]): Parts {
  const count = shape[0] ?? 1
  const size = shape.slice(1).reduce((product, axis) => product * axis, 1)
  return { count, partOf: (index) => Math.floor(index / size) }
}
