import type { Cause, CauseName } from './cause.js'

/** What ranking needs to know of a failed check. */
export interface Accusation {
  check: string
  causes: readonly Cause[]
}

/** A cause with the checks that name it. */
export interface RankedCause extends Cause {
  checks: string[]
}

/**
 * What another fault brings about comes after it: roots first; then a loss that labels of a wrong shape or range make
 * wrong; then settings that only look wrong because of a root
 * (inputs off scale and a summed loss ask for another learning rate); then what costs some accuracy but keeps no
 * program from learning; last what any fault looks like from inside the network, which mends nothing by being fixed.
 */
const consequences: readonly CauseName[][] = [
  ['wrong-loss'],
  ['learning-rate-too-high', 'learning-rate-too-low', 'class-imbalance'],
  ['duplicates', 'outliers', 'output-bias-off-base-rate'],
  ['diverging-loss', 'dead-units', 'saturated-units'],
  ['vanishing-gradients', 'exploding-gradients', 'no-gradient'],
  ['inputs-ignored', 'labels-independent-of-inputs', 'under-regularized'],
  ['too-little-capacity'],
]

/**
 * All causes of failed checks, the one to mend first at the front: roots before their consequences; a cause that
 * several checks name, or that a check names first, before others; then the order of the checks, which is that of the
 * recipe.
 */
export function rankCauses(failed: readonly Accusation[]): RankedCause[] {
  const found = new Map<CauseName, RankedCause & { score: number }>()
  for (const { check, causes } of failed) {
    for (const [place, cause] of causes.entries()) {
      const known = found.get(cause.name) ?? { ...cause, checks: [], score: 0 }
      known.checks.push(check)
      known.score += 1 / (1 + place)
      found.set(cause.name, known)
    }
  }
  return [...found.values()]
    .sort((a, b) => depth(a.name) - depth(b.name) || b.score - a.score)
    .map(({ score: _, ...cause }) => cause)
}

const depth = (name: CauseName): number => consequences.findIndex((names) => names.includes(name)) + 1
