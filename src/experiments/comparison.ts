import { InvalidArgumentError } from '../errors.js'
import type { StoppingBoundary } from '../statistics/sequential.js'
import { pairedSequence } from '../statistics/sequential.js'
import { boundsOf, effectUnderSeed, type Hypothesis } from './hypothesis.js'

export type Verdict = 'supported' | 'refuted' | 'undecided'

/** What the seeds so far say about a hypothesis. Effects are on the scale of `effectUnderSeed`. */
export interface Comparison {
  verdict: Verdict
  /** Effect under each seed that counts. */
  effects: number[]
  mean: number
  /** Limits of the mean effect that hold at every look at once. */
  low: number
  high: number
  /** Of the effects, over the seeds. */
  deviation: number
  /** (mean - bound) / deviation: Cohen's d_z. Infinite where every seed gives the same effect. */
  effectSize: number
  /** For `supported` and for `refuted`, each valid at whichever seed the comparison stopped. */
  pSupported: number
  pRefuted: number
  /** No further seed would change the verdict, or there is none left. */
  finished: boolean
}

/** A metric without and with the change, under one seed; null: the training diverged. */
export interface Pair {
  without: number | null
  withChange: number | null
}

/**
 * Judges a hypothesis from pairs in the order of their seeds. `boundary` says after how many a decision may fall.
 * A program that diverges under a seed where the other does not has lost under it, whatever the other seeds say: with
 * the change the claim is refuted, without it undecided, since no mean can be told. Throws `InvalidArgumentError` for a
 * relative claim about a metric that is not positive.
 */
export function compare(
  hypothesis: Hypothesis,
  pairs: readonly Pair[],
  boundary: StoppingBoundary,
  resolution?: number,
): Comparison {
  const diverged = pairs.findIndex(({ without, withChange }) => without === null || withChange === null)
  if (diverged >= 0) {
    const { withChange } = pairs[diverged]!
    return nothing(withChange === null ? 'refuted' : 'undecided', true)
  }
  const effects = pairs.map(({ without, withChange }) => effectOf(hypothesis, without!, withChange!))
  if (effects.length < 2) return nothing('undecided', false)
  const { least, most } = boundsOf(hypothesis)
  const options = {
    boundary,
    ...(resolution !== undefined && hypothesis.unit === 'absolute' && { resolution }),
  }
  const above = pairedSequence(effects, { ...options, bound: least })
  const below = most === Infinity ? undefined : pairedSequence(effects, { ...options, bound: most })
  const supported = above.decision === 'above' && (below === undefined || below.decision === 'below')
  const refuted = above.decision === 'below' || below?.decision === 'above'
  // Of two bounds the later decision is the one that counts.
  const used = below && below.n > above.n ? below : above
  const bound = below && Math.abs(used.mean - most) < Math.abs(used.mean - least) ? most : least
  return {
    verdict: supported ? 'supported' : refuted ? 'refuted' : 'undecided',
    effects: effects.slice(0, used.n),
    mean: used.mean,
    low: used.low,
    high: used.high,
    deviation: used.sd,
    effectSize: used.sd === 0 ? Math.sign(used.mean - bound) * Infinity || 0 : (used.mean - bound) / used.sd,
    pSupported: Math.max(above.pValueAbove, below?.pValueBelow ?? 0),
    pRefuted: below ? Math.min(1, 2 * Math.min(above.pValueBelow, below.pValueAbove)) : above.pValueBelow,
    finished: supported || refuted || effects.length >= boundary.budget,
  }
}

function effectOf(hypothesis: Hypothesis, without: number, withChange: number): number {
  const effect = effectUnderSeed(hypothesis, without, withChange)
  if (effect !== undefined) return effect
  throw new InvalidArgumentError(
    'hypothesis',
    `a change in percent of a ${hypothesis.metric} that is ${Math.min(without, withChange)}`,
    "a claim with a plain number, such as 'lowers validation loss by 0.05': percent of what may be negative means nothing",
  )
}

function nothing(verdict: Verdict, finished: boolean): Comparison {
  return {
    verdict,
    effects: [],
    mean: Number.NaN,
    low: -Infinity,
    high: Infinity,
    deviation: Number.NaN,
    effectSize: Number.NaN,
    pSupported: 1,
    pRefuted: verdict === 'refuted' ? 0 : 1,
    finished,
  }
}
