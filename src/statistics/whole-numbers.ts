import type { Table } from './tables.js'

/** Targets that were cast on one side. */
export interface CastSplit {
  cast: 'training' | 'validation'
  /** How many different whole numbers there are. */
  levels: number
  /** Share of fractions in the other split. */
  fractions: number
  /** Rounding error as a share of the variance. */
  error: number
}

/** Fractions that one split must have, in so many examples each: whole by chance then is 0.5^20, 1e-6. */
const least = { rows: 20, fractions: 0.5 }
/** Rounding that takes less of the variance does no harm: 1/12 of a squared unit (Sheppard, 1898). */
const leastError = 0.01

/**
 * Scaled targets of one split are whole numbers, those of the other are not: they were cast (`toInt`, type int32) or
 * rounded on one side. Numbers below zero show that they were scaled: counts and ratings are whole by nature, and may be
 * averaged or mixed in one split. So may labels of -1, 0 and 1, which say nothing where nothing lies beyond.
 */
export function castSplit(train: Table, validation: Table): CastSplit | undefined {
  if (Math.min(train.rows, validation.rows) < least.rows) return undefined
  const [trained, validated] = [shareOfFractions(train), shareOfFractions(validation)]
  const cast = trained === 0 ? 'training' : 'validation'
  const fractions = Math.max(trained, validated)
  if (Math.min(trained, validated) > 0 || fractions < least.fractions) return undefined
  const [whole, other] = cast === 'training' ? [train, validation] : [validation, train]
  const levels = new Set(Array.from(whole.values))
  const beyond = [...levels, ...Array.from(other.values)].some((value) => Math.abs(value) > 1)
  if (!beyond || ![...levels].some((level) => level < 0)) return undefined
  const error = 1 / 12 / varianceOf(whole)
  return error >= leastError ? { cast, levels: levels.size, fractions, error } : undefined
}

function varianceOf({ values }: Table): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!
    squares += values[i]! ** 2
  }
  return squares / values.length - (sum / values.length) ** 2
}

function shareOfFractions({ values }: Table): number {
  let fractions = 0
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) fractions++
  return values.length > 0 ? fractions / values.length : 0
}
