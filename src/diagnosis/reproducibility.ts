import { formatNumber } from '../figures/number.js'
import type { Cause } from './cause.js'

/** Where two seeded runs part. */
export interface Difference {
  where: 'init' | 'step'
  step: number
  what: string
  size: number
}

/** What makes two seeded runs differ. `dropout`: without dropout and noise layers they are the same. */
export function causeOfDifference(
  { where, step, what, size }: Difference,
  dropout: boolean,
  factory: boolean,
): Cause {
  const differs = `${what} differs by up to ${formatNumber(size)}`
  if (where === 'init') {
    return {
      name: 'nondeterministic',
      evidence: `${differs} between two calls of the ${factory ? 'factory' : 'clone'} with the same seed: the source is in the initialisation, and it is not Math.random`,
      fix: 'draw from Math.random or tf.random* without a clock: no Date.now(), crypto or file as a source, no counter or weights kept from the call before',
    }
  }
  return {
    name: 'nondeterministic',
    evidence: `${differs} at step ${step + 1} although all weights start equal${dropout ? ', and not at all without dropout and noise layers: they draw from a source of their own' : ': the source is in the steps'}`,
    fix: 'look for Date.now(), crypto, state kept between runs, an unseeded tf.data shuffle or tf.multinomial; with several threads set TF_NUM_INTRAOP_THREADS=1 (the plugin does)',
  }
}
