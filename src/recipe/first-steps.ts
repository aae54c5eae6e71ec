import { type Onlookers, onlookers } from '../checks/onlookers.js'
import { type CheckOptions, defaultSeed } from '../checks/options.js'
import { rememberedTogether } from '../checks/remembered.js'
import type { CheckResult } from '../checks/result.js'
import { watchActivations } from '../checks/skeleton/healthy-activations.js'
import { watchGradients } from '../checks/skeleton/healthy-gradients.js'
import { watchWeights } from '../checks/skeleton/updates-every-weight.js'
import { watchFirstSteps } from '../checks/watch.js'
import { digestOf } from '../memo/content.js'
import { noteAgain, notingOpenings } from '../memo/openings.js'
import { countExamples } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'
import type { RecipeContext } from './recipe-context.js'

/** One training for the three checks that look on at the first steps: weights, activations, gradients, in this order. */
export interface FirstSteps {
  results(options: CheckOptions): Promise<CheckResult[]>
  /** Runs a check whose training they may look on at, where it is on the same batch; they need none of their own then. */
  during(
    options: CheckOptions,
    check: (onlookers: Onlookers | undefined) => Promise<CheckResult>,
  ): Promise<CheckResult>
}

/** How long a training is where the recipe does not say: the longer of the two. */
const usualSteps = 1000
const usualEpochs = 10

export function firstStepsOf(context: RecipeContext, most: number): FirstSteps {
  const { recipe, train, onSample, batchSize } = context
  const { create } = recipe
  const known = new Map<number, Promise<CheckResult[]>>()
  const planned = async () =>
    recipe.steps ?? Math.max(usualSteps, usualEpochs * Math.ceil(countExamples(await train()) / batchSize))
  const watches = (plannedSteps: number) => [
    watchWeights({ plannedSteps }),
    watchActivations(),
    watchGradients(),
  ]

  async function run(options: CheckOptions): Promise<CheckResult[]> {
    const plannedSteps = await planned()
    return onSample(most, options, (batch) =>
      rememberedTogether('first-steps', [create], { ...options, plannedSteps, batch }, () =>
        watchFirstSteps(create, batch, watches(plannedSteps), options),
      ),
    )
  }

  return {
    results(options) {
      const { seed = defaultSeed } = options
      if (!known.has(seed)) known.set(seed, run(options))
      return known.get(seed)!
    },
    async during(options, check) {
      const { seed = defaultSeed } = options
      if (known.has(seed)) return check(undefined)
      const plannedSteps = await planned()
      return onSample(most, options, async (batch) => {
        let told: CheckResult[] | undefined
        const looking = onlookers(create, watches(plannedSteps), sameAs(batch), (results) => {
          told = results
        })
        const { result, noted } = await notingOpenings([create], () => check(looking))
        if (told) {
          const inputs = { ...options, plannedSteps, batch }
          const kept = rememberedTogether('first-steps', [create], inputs, async () => {
            noteAgain(create, noted)
            return told!
          })
          known.set(seed, kept)
          await kept
        }
        return result
      })
    },
  }
}

/** Throws where examples cannot be compared: then nobody looks on. */
function sameAs(batch: Examples): (other: Examples) => boolean {
  return (other) => countExamples(other) === countExamples(batch) && digestOf(other) === digestOf(batch)
}
