import { crc32 } from 'node:zlib'
import { littleEndian, mostExactValues } from '../images/exact-values.js'
import type { Content } from './content.js'

/** What the `.snap` entry says about numbers: enough to decide without the picture. */
export interface Fingerprint {
  label: string
  shape: readonly number[]
  zeros: number
  min: number
  max: number
  mean: number
  /** Standard deviation over all values (population). */
  std: number
  /** One for each part, or for each group of neighbouring parts where there are more than 64. */
  parts: PartFingerprint[]
  /** CRC-32 of the float32 bytes, where the picture carries them: says whether entry and picture belong together. */
  exact?: string
  /** To the letter. */
  facts: readonly string[]
}

export interface PartFingerprint {
  first: number
  last: number
  /** Euclidean norm. */
  norm: number
  mean: number
  min: number
  max: number
}

const mostPartLines = 64

export function fingerprintOf({
  label,
  shape,
  values,
  parts: { count, partOf },
  facts,
}: Omit<Content, 'kind'>): Fingerprint {
  const groupSize = Math.ceil(count / mostPartLines)
  const whole = new Moments()
  const groups = Array.from({ length: Math.ceil(count / groupSize) }, () => new Moments())
  for (const [index, value] of values.entries()) {
    whole.add(value)
    groups[Math.floor(partOf(index) / groupSize)]!.add(value)
  }
  return {
    label,
    shape,
    zeros: whole.zeros,
    min: round(whole.min),
    max: round(whole.max),
    mean: round(whole.mean),
    std: round(Math.sqrt(Math.max(0, whole.squares / whole.count - whole.mean ** 2))),
    parts: groups.map((group, index) => ({
      first: index * groupSize,
      last: Math.min(count, (index + 1) * groupSize) - 1,
      norm: round(Math.sqrt(group.squares)),
      mean: round(group.mean),
      min: round(group.min),
      max: round(group.max),
    })),
    exact: values.length <= mostExactValues ? checksum(shape, values) : undefined,
    facts,
  }
}

/** Identifies values bit by bit. */
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
