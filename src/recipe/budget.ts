import { type CheckOptions, defaultSeed } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import type { Budget } from './recipe.js'
import type { RecipeCheck } from './recipe-context.js'

/** What a budget allows a check. */
export interface Allowance {
  /** Steps of the longest training. */
  steps: number
  /** Seeds under which a program is trained, one after another. */
  seeds: number
}

export const allowances: Record<Budget, Allowance> = {
  quick: { steps: 300, seeds: 1 },
  standard: { steps: 1000, seeds: 1 },
  thorough: { steps: 3000, seeds: 5 },
}

/** The same check under several seeds: passes when it passes under all, else ends with the first that does not. */
export function overSeeds(check: RecipeCheck, seeds: number): RecipeCheck {
  if (seeds === 1) return check
  return {
    ...check,
    async run(options: CheckOptions): Promise<CheckResult> {
      const { seed = defaultSeed } = options
      const results: CheckResult[] = []
      for (let i = 0; i < seeds; i++) {
        const result = await check.run({ ...options, seed: seed + i })
        results.push(result)
        if (result.status === 'failed')
          return { ...result, summary: `${result.summary} (Seed ${seed + i}${passedBefore(i)}.)` }
        if (result.status === 'skipped') return result
      }
      const [first] = results
      return {
        ...first!,
        summary: `${first!.summary} (The same under ${seeds} seeds, ${seed} to ${seed + seeds - 1}.)`,
        seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
      }
    },
  }
}

const passedBefore = (count: number): string =>
  count === 0 ? '' : `; the ${count === 1 ? 'one' : count} before passed`
