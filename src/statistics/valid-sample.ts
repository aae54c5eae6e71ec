import { InvalidArgumentError } from '../errors.js'

/** Throws unless there are at least `least` values, all finite: a diverged training has no place in a mean. */
export function requireSample(argument: string, values: ArrayLike<number>, least: number): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new InvalidArgumentError(`${argument}[${i}]`, String(values[i]), 'a finite number')
    }
  }
  if (values.length < least) {
    throw new InvalidArgumentError(argument, `${values.length} values`, `at least ${least}`)
  }
}

/** Throws unless `value` lies strictly between 0 and `below`. */
export function requireRate(argument: string, value: number, below = 1): void {
  if (value > 0 && value < below) return
  throw new InvalidArgumentError(argument, String(value), `a number between 0 and ${below}, both excluded`)
}

/** Throws unless `value` is a whole number from `least` to `most`. */
export function requireCount(argument: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const upTo = most === Infinity ? '' : ` and at most ${most}`
  throw new InvalidArgumentError(argument, String(value), `a whole number of at least ${least}${upTo}`)
}

/** Throws unless `value` is finite. */
export function requireFinite(argument: string, value: number): void {
  if (Number.isFinite(value)) return
  throw new InvalidArgumentError(argument, String(value), 'a finite number')
}

/** Throws unless `value` is finite and greater than 0. */
export function requirePositive(argument: string, value: number): void {
  if (value > 0 && value < Infinity) return
  throw new InvalidArgumentError(argument, String(value), 'a positive finite number')
}
