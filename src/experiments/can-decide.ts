import { InvalidArgumentError } from '../errors.js'
import { detectableEffect, pairsNeeded } from '../statistics/detectable-effect.js'
import type { PlannedBoundary } from '../statistics/planned-looks.js'
import { describe } from '../training/examples.js'

/** How effects vary over seeds, and the effect, beyond what the hypothesis asks for, that is to be found. */
export interface Plan {
  deviation: number
  effect: number
  power?: number
}

/**
 * Throws `InvalidArgumentError` when `seeds` seeds would not find the planned effect with the planned power: an
 * experiment that will most likely end undecided is not worth its steps. The power is that of the last look, a lower
 * bound of the power of all looks.
 */
export function assertCanDecide(
  { deviation, effect, power = 0.8 }: Plan,
  { seeds, boundary }: { seeds: number; boundary: PlannedBoundary },
): void {
  for (const [name, value] of Object.entries({ deviation, effect })) {
    if (typeof value === 'number' && value > 0 && value < Infinity) continue
    throw new InvalidArgumentError(`options.plan.${name}`, describe(value), 'a number above 0')
  }
  if (!(power > 0 && power < 1)) {
    throw new InvalidArgumentError('options.plan.power', describe(power), 'a chance between 0 and 1')
  }
  const alpha = boundary.nominal[seeds]!
  const detectable = detectableEffect({ n: seeds, alpha, power, sd: deviation })
  if (effect >= detectable) return
  const needed = pairsNeeded({ effectSize: effect / deviation, alpha, power })
  throw new InvalidArgumentError(
    'options.seeds',
    `${seeds}, which find an effect of ${digits(detectable)} beyond the hypothesis with a chance of ${power}, not one of ${digits(effect)}`,
    `about ${needed} seeds, or a larger effect`,
  )
}

const digits = (value: number): string => String(Number(value.toPrecision(3)))
