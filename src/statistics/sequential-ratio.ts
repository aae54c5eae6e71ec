import { InvalidArgumentError } from '../errors.js'
import { requireRate } from './valid-sample.js'

/** Two rates of failure to tell apart, `low` < `high`, and the rates of error. */
export interface SequentialRatioPlan {
  low: number
  high: number
  /** The rate of deciding for `high` where the truth is `low`. */
  alpha: number
  /** The rate of deciding for `low` where the truth is `high`. */
  beta: number
}

export interface SequentialRatioDecision {
  decision: 'low' | 'high' | 'undecided'
  /** Outcomes used: those after the decision are not looked at. */
  used: number
  /** The logarithm of the ratio of likelihoods, high over low. */
  logRatio: number
}

/**
 * Wald's sequential probability ratio test of yes/no outcomes, true being a failure (Wald, 1945): decides as soon as
 * the ratio of likelihoods leaves β/(1-α) … (1-β)/α. Those limits are Wald's approximation: alpha + beta is kept, and
 * each of them up to a factor of 1/(1-β) or 1/(1-α).
 */
export function sequentialRatioTest(
  outcomes: Iterable<boolean>,
  plan: SequentialRatioPlan,
): SequentialRatioDecision {
  const { failure, success, upper, lower } = stepsOf(plan)
  let logRatio = 0
  let used = 0
  for (const failed of outcomes) {
    logRatio += failed ? failure : success
    used++
    if (logRatio >= upper) return { decision: 'high', used, logRatio }
    if (logRatio <= lower) return { decision: 'low', used, logRatio }
  }
  return { decision: 'undecided', used, logRatio }
}

/** What to expect of a plan where failures have the probability `rate`, given at most `budget` outcomes: exact. */
export function sequentialRatioOutlook(
  plan: SequentialRatioPlan,
  rate: number,
  budget: number,
): { low: number; high: number; undecided: number; outcomes: number } {
  const { failure, success, upper, lower } = stepsOf(plan)
  if (!(rate >= 0 && rate <= 1)) {
    throw new InvalidArgumentError('rate', String(rate), 'a probability from 0 to 1')
  }
  if (!(Number.isInteger(budget) && budget >= 1 && budget <= 10_000)) {
    throw new InvalidArgumentError('budget', String(budget), 'a whole number from 1 to 10000')
  }
  // chances[k]: still undecided, with k failures.
  let chances = [1]
  let high = 0
  let low = 0
  let outcomes = 0
  for (let n = 1; n <= budget; n++) {
    const next = new Array<number>(n + 1).fill(0)
    chances.forEach((chance, failures) => {
      outcomes += chance
      next[failures]! += chance * (1 - rate)
      next[failures + 1]! += chance * rate
    })
    next.forEach((chance, failures) => {
      const logRatio = failures * failure + (n - failures) * success
      if (logRatio >= upper) high += chance
      else if (logRatio <= lower) low += chance
      else return
      next[failures] = 0
    })
    chances = next
  }
  return { low, high, undecided: chances.reduce((sum, chance) => sum + chance, 0), outcomes }
}

function stepsOf({ low, high, alpha, beta }: SequentialRatioPlan) {
  requireRate('low', low)
  requireRate('high', high)
  requireRate('alpha', alpha)
  requireRate('beta', beta)
  if (low >= high) throw new InvalidArgumentError('low', String(low), `less than high, ${high}`)
  if (alpha + beta >= 1) {
    throw new InvalidArgumentError('beta', String(beta), `less than 1 - alpha, ${1 - alpha}`)
  }
  return {
    failure: Math.log(high / low),
    success: Math.log((1 - high) / (1 - low)),
    upper: Math.log((1 - beta) / alpha),
    lower: Math.log(beta / (1 - alpha)),
  }
}
