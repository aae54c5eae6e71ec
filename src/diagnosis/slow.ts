import type { Cause } from './cause.js'

/** Why a program is slow, as far as it can be told from outside. */
export function causeOfSlowness(evidence: string, backend: string): Cause {
  return {
    name: 'too-slow',
    evidence: `${evidence}, on the backend ${backend}`,
    fix:
      backend === 'tensorflow'
        ? 'measure on a quiet machine; look for dataSync or array reads in each step, tensors made anew, many small operations; larger batches make more of each operation'
        : 'install the native backend: npx vitest-recipe install-tensorflow (docs/backend.md); larger batches make more of each operation',
  }
}
