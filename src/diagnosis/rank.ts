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
 * What a fault looks like from inside the network, whatever the fault: they mend nothing by being fixed themselves, and
 * are named first only when nothing else is found.
 */
const symptoms = new Set<CauseName>([
  'diverging-loss',
  'dead-units',
  'saturated-units',
  'vanishing-gradients',
  'exploding-gradients',
  'no-gradient',
  'weights-not-updated',
  'inputs-ignored',
  'labels-independent-of-inputs',
  'too-little-capacity',
  'under-regularized',
])

/** What costs some accuracy, but keeps no program from learning. */
const blemishes = new Set<CauseName>([
  'duplicates',
  'outliers',
  'class-imbalance',
  'output-bias-off-base-rate',
])

/**
 * All causes of failed checks, the one to mend first at the front. Roots come before blemishes and symptoms; a cause that several checks
 * name, or that a check names first, before others; then the order of the checks decides, which is that of the recipe.
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

function depth(name: CauseName): number {
  if (symptoms.has(name)) return 2
  return blemishes.has(name) ? 1 : 0
}
