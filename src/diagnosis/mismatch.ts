import { formatNumber } from '../figures/number.js'
import type { Cause } from './cause.js'

/** Where a function departs from its reference. */
export interface Mismatch {
  call: number
  what: string
  kind: 'shape' | 'dtype' | 'values'
  wrong: number
  largest: number
  nan?: number
  /** The one factor between all values of both, if there is one. */
  ratio?: number | undefined
}

/** What departs in a way that has a name; nothing else is known about a function. */
export function causeOfMismatch({ kind, what, nan, wrong, ratio }: Mismatch): Cause[] {
  if (kind === 'shape') {
    return [
      {
        name: 'label-shape',
        evidence: what,
        fix: 'keep the axes apart: keepDims in reductions, no broadcast of [n] against [n, 1], squeeze what has size 1',
      },
    ]
  }
  if (nan) {
    return [
      {
        name: 'non-finite-data',
        evidence: `${nan} of the ${wrong} wrong values are NaN on one side only`,
        fix: 'look for 0 / 0, log of 0 or of negatives, Infinity minus Infinity; clip the argument or add an epsilon',
      },
    ]
  }
  if (ratio !== undefined && Number.isFinite(ratio)) {
    return [
      {
        name: 'loss-reduction',
        evidence: `every value is ${formatNumber(ratio)} times that of the reference`,
        fix: 'look for a sum where a mean was meant, another axis of the mean, a sign or a factor 2',
      },
    ]
  }
  return []
}
