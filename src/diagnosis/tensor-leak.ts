import { formatNumber } from '../figures/number.js'
import type { Allocation } from '../training/allocations.js'
import type { Cause } from './cause.js'

/** Tensors left behind at each call, with the lines that made them. */
export function causeOfTensorLeak(perCall: number, places: readonly Allocation[]): Cause {
  const listed = places
    .slice(0, 3)
    .map(({ place, count }) => `${count} by ${place}`)
    .join('; ')
  return {
    name: 'tensor-leak',
    evidence: `${perCall === 1 ? '1 tensor per call stays' : `${formatNumber(perCall)} tensors per call stay`} alive${listed ? `, made ${listed}${places.length > 3 ? ` and ${places.length - 3} more places` : ''}` : ''}`,
    fix: 'wrap the synchronous part in tf.tidy(() => …) and dispose what must outlive it; tf.tidy does not work across await: dispose by hand there',
  }
}
