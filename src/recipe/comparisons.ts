import { type CheckResult, skippedResult } from '../checks/result.js'
import type { Budget } from './recipe.js'

/** Seeds and steps of a comparison in a recipe: each seed trains every program once. */
export const comparisonBudget = { seeds: 5, steps: 1000 }

/** Why checks that train many times are left out of the smaller budgets. */
export const needsThorough = (budget: Budget): { missing?: string } =>
  budget === 'thorough'
    ? {}
    : {
        missing: "it trains many programs: give budget: 'thorough', or call the matcher in a test of its own",
      }

/** A loss higher by this share, for certain, is harm. */
const harmful = 0.01

/**
 * What a comparison means in a recipe, where nobody claimed a gain: one for certain passes, harm for certain fails,
 * and anything else is said but judged by nobody.
 */
export function onlyHarmFails(result: CheckResult): CheckResult {
  const { check, stage, status, measured, summary, seed, seconds } = result
  if (status !== 'failed') return result
  const lowest = Object.entries(measured).filter(([name]) => /^low( \d+)?$/.test(name))
  if (lowest.some(([, low]) => low > harmful)) return result
  const reason = `no harm and no sure gain. ${summary.replace(/\.$/, '')}`
  return { ...skippedResult({ check, stage, reason, seed }), measured, seconds }
}
