/** One round of successive halving: so many trials are trained until they have made so many steps. */
export interface Rung {
  trials: number
  steps: number
}

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016): all trials train for a fraction of the steps, the best
 * 1 / eta of them for eta times as many, until one is left for all steps. With eta = 1 every trial trains to the end.
 */
export function rungsOf(trials: number, steps: number, eta: number): Rung[] {
  if (eta === 1) return [{ trials, steps }]
  const rungs: Rung[] = []
  for (let left = trials; ; left = Math.floor(left / eta)) {
    rungs.unshift({ trials: left, steps: 0 })
    if (left < eta) break
  }
  return rungs
    .reverse()
    .map((rung, i) => ({ ...rung, steps: Math.max(1, Math.round(steps / eta ** (rungs.length - 1 - i))) }))
}

/** Steps of all rungs: a trial goes on where it stood. */
export function stepsOf(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, { trials, steps }, i) => sum + trials * (steps - (rungs[i - 1]?.steps ?? 0)), 0)
}
