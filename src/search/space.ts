import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'

/** What one setting may be. */
export interface Dimension<Value> {
  /** Draws a value; `random` is uniform in [0, 1). */
  draw(random: () => number): Value
  /** Where a value lies between the ends, 0 to 1, on the scale it is drawn on. */
  share(value: Value): number
  /** Values to write on an axis, from one end to the other. */
  ticks: ReadonlyArray<{ share: number; label: string }>
}

/** Settings by name. */
export type Space = Record<
  string,
  Pick<Dimension<unknown>, 'draw' | 'ticks'> & { share(value: never): number }
>

/** A value for each setting of a space. */
export type ValuesOf<Of> = { [Name in keyof Of]: Of[Name] extends Dimension<infer Value> ? Value : never }

/**
 * Numbers whose logarithm is uniform: for learning rates, penalties, widths over decades. 0 < low < high.
 * Throws `InvalidArgumentError` for other limits.
 */
export function logUniform(low: number, high: number): Dimension<number> {
  assertLimits('logUniform', low, high)
  if (low <= 0) throw new InvalidArgumentError('logUniform', describe(low), 'limits above 0')
  const [from, to] = [Math.log(low), Math.log(high)]
  return {
    draw: (random) => Math.exp(from + random() * (to - from)),
    share: (value) => (Math.log(value) - from) / (to - from),
    ticks: [low, Math.exp((from + to) / 2), high].map((value, i) => ({ share: i / 2, label: short(value) })),
  }
}

/** Numbers from `low` up to `high`, all alike. Throws `InvalidArgumentError` for limits in the wrong order. */
export function uniform(low: number, high: number): Dimension<number> {
  assertLimits('uniform', low, high)
  return {
    draw: (random) => low + random() * (high - low),
    share: (value) => (value - low) / (high - low),
    ticks: [low, (low + high) / 2, high].map((value, i) => ({ share: i / 2, label: short(value) })),
  }
}

/** Whole numbers from `low` to `high`, both included. Throws `InvalidArgumentError` for other limits. */
export function wholeNumber(low: number, high: number): Dimension<number> {
  assertLimits('wholeNumber', low, high)
  if (!Number.isInteger(low) || !Number.isInteger(high))
    throw new InvalidArgumentError('wholeNumber', `${low} to ${high}`, 'whole numbers')
  return {
    draw: (random) => low + Math.floor(random() * (high - low + 1)),
    share: (value) => (value - low) / (high - low),
    ticks: [low, high].map((value, i) => ({ share: i, label: String(value) })),
  }
}

/** One of several values, all alike. Throws `InvalidArgumentError` for fewer than two. */
export function choice<const Value>(values: readonly Value[]): Dimension<Value> {
  if (!Array.isArray(values) || values.length < 2) {
    throw new InvalidArgumentError('choice', describe(values), 'a list of at least two values')
  }
  const shareAt = (i: number) => i / (values.length - 1)
  return {
    draw: (random) => values[Math.floor(random() * values.length)]!,
    share: (value) => shareAt(values.indexOf(value)),
    ticks: values.map((value, i) => ({ share: shareAt(i), label: labelOf(value) })),
  }
}

function assertLimits(name: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return
  throw new InvalidArgumentError(
    name,
    `${describe(low)}, ${describe(high)}`,
    'two finite numbers, the lower first',
  )
}

/** A value as it stands in a table or on an axis. */
export function labelOf(value: unknown): string {
  if (typeof value === 'number') return short(value)
  if (typeof value === 'function') return value.name || 'function'
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 24 ? `${text.slice(0, 23)}…` : text
}

const short = (value: number): string => String(Number(value.toPrecision(3)))
