import { crc32 } from 'node:zlib'
import { littleEndian, mostExactWeights } from '../images/exact-weights.js'
import { filterAxes } from '../images/filter-axes.js'
import type { Weights } from './weights.js'

/** What the `.snap` entry says about a weight tensor: enough to decide by numbers without the picture. */
export interface Fingerprint {
  label: string
  shape: number[]
  zeros: number
  min: number
  max: number
  mean: number
  /** Standard deviation over all weights (population). */
  std: number
  /** One for each filter, or for each group of neighbouring filters where there are more than 64. */
  filters: FilterFingerprint[]
  /** CRC-32 of the float32 bytes, where the picture carries them: says whether entry and picture belong together. */
  exact?: string
}

export interface FilterFingerprint {
  first: number
  last: number
  /** Euclidean norm. */
  norm: number
  mean: number
  min: number
  max: number
}

const mostFilterLines = 64

export function fingerprintOf({ label, shape, values, className }: Weights): Fingerprint {
  const { count, filterOf } = filterAxes(shape, className)
  const groupSize = Math.ceil(count / mostFilterLines)
  const whole = new Moments()
  const groups = Array.from({ length: Math.ceil(count / groupSize) }, () => new Moments())
  for (const [index, value] of values.entries()) {
    whole.add(value)
    groups[Math.floor(filterOf(index) / groupSize)]!.add(value)
  }
  return {
    label,
    shape,
    zeros: whole.zeros,
    min: round(whole.min),
    max: round(whole.max),
    mean: round(whole.mean),
    std: round(Math.sqrt(Math.max(0, whole.squares / whole.count - whole.mean ** 2))),
    filters: groups.map((group, index) => ({
      first: index * groupSize,
      last: Math.min(count, (index + 1) * groupSize) - 1,
      norm: round(Math.sqrt(group.squares)),
      mean: round(group.mean),
      min: round(group.min),
      max: round(group.max),
    })),
    exact: values.length <= mostExactWeights ? checksum(shape, values) : undefined,
  }
}

/** Identifies weights bit by bit. */
export function checksum(shape: readonly number[], values: Float32Array): string {
  const sum = crc32(littleEndian(values), crc32(shape.join()))
  return sum.toString(16).padStart(8, '0')
}

/** Six significant digits: float32 has seven, and a summation in another order changes the last. */
function round(value: number): number {
  return Number(value.toPrecision(6)) + 0
}

class Moments {
  count = 0
  zeros = 0
  sum = 0
  squares = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY

  get mean(): number {
    return this.sum / this.count
  }

  add(value: number): void {
    this.count++
    if (value === 0) this.zeros++
    this.sum += value
    this.squares += value * value
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
  }
}
