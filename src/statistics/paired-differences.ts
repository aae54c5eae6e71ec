import { InvalidArgumentError } from '../errors.js'
import { requireSample } from './valid-sample.js'

/**
 * `first[i] - second[i]`, where both come from seed i: the same initial weights, the same order of data. Throws for
 * series of unequal lengths and for values that are not finite.
 */
export function pairedDifferences(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
  if (first.length !== second.length) {
    throw new InvalidArgumentError(
      'second',
      `${second.length} values`,
      `${first.length}, one for each of the first`,
    )
  }
  requireSample('first', first, 0)
  requireSample('second', second, 0)
  return Float64Array.from(first, (value, i) => value - second[i]!)
}
