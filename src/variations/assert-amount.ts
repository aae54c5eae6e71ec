import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'

/** Throws unless `value` is a finite number for which `holds` is true; `wanted` says which those are. */
export function assertAmount(
  argument: string,
  value: unknown,
  wanted: string,
  holds: (value: number) => boolean,
): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value) && holds(value)) return
  throw new InvalidArgumentError(argument, describe(value), wanted)
}

export function assertCount(argument: string, value: unknown): asserts value is number {
  assertAmount(argument, value, 'a positive whole number', (count) => Number.isInteger(count) && count > 0)
}
