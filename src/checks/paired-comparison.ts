import { InvalidArgumentError } from '../errors.js'
import type { ComparePlansOptions, PairReport, PlansReport } from '../experiments/compare-plans.js'
import { type Hypothesis, readHypothesis, sayEffect, sayHypothesis } from '../experiments/hypothesis.js'
import { formatNumber } from '../figures/number.js'
import { describe } from '../training/examples.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime } from './options.js'

/** What checks that compare training programs over several seeds take. */
export interface PairedComparisonOptions extends CheckOptions {
  /** Seeds at most, 2 … 100; fewer are used when the verdict is clear sooner. Default 8. */
  seeds?: number
  /** Steps that each program trains under each seed. Default 500. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** The chance that the check passes though the hypothesis is wrong. Default 0.05. */
  alpha?: number
  /** Default: 'lowers validation loss', by at least 1 %. */
  hypothesis?: string | Hypothesis
}

const mostSeeds = 100

/** Throws `InvalidArgumentError` for options that cannot be used. */
export function comparisonSettings(options: PairedComparisonOptions): ComparePlansOptions {
  const {
    seed = defaultSeed,
    seeds = 8,
    steps = 500,
    alpha = 0.05,
    hypothesis = 'lowers validation loss',
  } = options
  assertCounts({ steps, batchSize: options.batchSize })
  if (!Number.isInteger(seeds) || seeds < 2 || seeds > mostSeeds) {
    throw new InvalidArgumentError('options.seeds', describe(seeds), `a whole number, 2 … ${mostSeeds}`)
  }
  if (!(alpha > 0 && alpha < 0.5)) {
    throw new InvalidArgumentError('options.alpha', describe(alpha), 'a chance between 0 and 0.5')
  }
  const claim = readHypothesis(hypothesis, 'options.hypothesis')
  return { claim, seed, seeds, steps, alpha, ...controlOf(options) }
}

/**
 * The effect and its limits as the metric moves: a change of -0.03 is -3 % where the claim is in percent, else in the
 * unit of the metric. `label` tells pairs apart.
 */
export function measuredOf(claim: Hypothesis, pair: PairReport, label = ''): Record<string, number> {
  const ends = [pair.low, pair.high].map((value) => changeOf(claim, value)).sort((a, b) => a - b)
  return {
    [`effect${label}`]: changeOf(claim, pair.mean),
    [`low${label}`]: ends[0]!,
    [`high${label}`]: ends[1]!,
    [`seeds${label}`]: pair.seeds.length,
  }
}

function changeOf({ effect, unit }: Hypothesis, value: number): number {
  const moved = effect === 'lowers' ? 0 - value : value
  return unit === 'relative' ? Math.expm1(moved) : moved
}

/** Whether every claim is supported, and if none is left open by lack of time. */
export const isSupported = ({ pairs, interrupted }: PlansReport): boolean =>
  !interrupted && pairs.every(({ verdict }) => verdict === 'supported')

/** A pair in words: 'lowers validation loss by ≥ 1 %: supported. Loss 0.4 → 0.3, …' */
export function sayPair({ claim, seeds }: ComparePlansOptions, pair: PairReport): string {
  return `${sayHypothesis(claim)}: ${pair.verdict}. ${sayMeasured(claim, pair)}${whatNow(pair, seeds)}`
}

function sayMeasured(claim: Hypothesis, pair: PairReport): string {
  const { without, withChange, seeds, mean, low, high } = pair
  if (pair.diverged) return `Training diverged under seed ${seeds.at(-1)}.`
  if (!Number.isFinite(mean)) return 'Too few seeds were trained to tell.'
  const [from, to] = claim.effect === 'lowers' ? [high, low] : [low, high]
  return `${claim.metric} ${formatNumber(without)} → ${formatNumber(withChange)}, ${sayEffect(claim, mean)} (${sayEffect(claim, from)} … ${sayEffect(claim, to)}) over ${seeds.length} seeds.`
}

function whatNow({ verdict, seedsToDecide }: PairReport, seeds: number): string {
  if (verdict !== 'undecided' || seedsToDecide === undefined) return ''
  const instead = 'train longer, validate on more examples, or change the claim'
  if (seedsToDecide > mostSeeds) {
    return ` Not even ${mostSeeds} seeds would decide, if the effect is what it looks like now: ${instead}.`
  }
  return ` About ${Math.max(seedsToDecide, seeds + 1)} seeds would decide, if the effect is what it looks like now (this were at most ${seeds}); or ${instead}.`
}

/** What to add where time ran out. */
export const sayInterrupted = ({ interrupted }: PlansReport): string =>
  interrupted ? ` Stopped before all seeds were trained. ${moreTime}` : ''
