import { defaultSeed } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import { judgeEnsemble } from '../checks/squeeze/beats-its-members.js'
import { checkHasConverged } from '../checks/squeeze/has-converged.js'
import { checkStructuredFilters } from '../checks/squeeze/structured-filters.js'
import { InvalidArgumentError } from '../errors.js'
import { tensorsOf } from '../training/examples.js'
import { viewOutputs } from '../training/outputs.js'
import { needsThorough } from './comparisons.js'
import { doesNotApply, type RecipeCheck, type RecipeContext } from './recipe-context.js'
import { afterTraining } from './trained-program.js'

/** Of an ensemble. */
export const members = 3
/** The change of the first layer shows structure within 20 steps (docs/squeeze.md). */
const filterSteps = 50

/** The checks of the squeeze stage. */
export function squeezeChecks(context: RecipeContext): RecipeCheck[] {
  const { recipe, train, validation, trained, batchSize, budget } = context
  return [
    {
      name: 'structured-filters',
      stage: 'squeeze',
      ...needsThorough(budget),
      async run(options) {
        const examples = await train()
        const [inputs] = tensorsOf(examples.xs)
        if (inputs?.rank !== 4)
          return doesNotApply(this.name, this.stage, 'the inputs are no pictures', options)
        try {
          return await checkStructuredFilters(recipe.create, {
            ...options,
            train: examples,
            steps: filterSteps,
            batchSize,
          })
        } catch (error) {
          if (!(error instanceof InvalidArgumentError)) throw error
          return doesNotApply(this.name, this.stage, `${error.argument}: ${error.given}`, options)
        }
      },
    },
    {
      name: 'beats-its-members',
      stage: 'squeeze',
      ...(validation ? needsThorough(budget) : { missing: 'the recipe has no validation examples' }),
      run: (options) =>
        afterTraining('beats-its-members', trained, { ...options }, async () => {
          const { seed = defaultSeed } = options
          const examples = await validation!()
          const views = []
          for (let i = 0; i < members; i++) {
            const { program } = await trained.under({ ...options, seed: seed + i })
            views.push(viewOutputs(program, examples, 'validation'))
          }
          return onlyBrokenMembersFail(judgeEnsemble(views, examples, options))
        }),
    },
    {
      name: 'has-converged',
      stage: 'squeeze',
      ...missingForConvergence(context),
      run: (options) =>
        afterTraining('has-converged', trained, { ...options }, async () => {
          const { validation: looks, end } = await trained.under(options)
          const losses = end === 'non-finite' ? [...looks.losses, Number.NaN] : looks.losses
          return onlyDivergenceFails(await checkHasConverged(losses, { ...options, every: looks.every }))
        }),
    },
  ]
}

/** Programs whose optimum is one point are no better as an ensemble, and nothing is wrong with them. */
function onlyBrokenMembersFail(result: CheckResult): CheckResult {
  if (result.status !== 'failed' || result.causes.some(({ name }) => name === 'broken-member')) return result
  return { ...result, status: 'skipped', summary: `Skipped: ${result.summary}`, causes: [] }
}

/** A planned run that could be longer is worth saying, but no fault of the program. */
function onlyDivergenceFails(result: CheckResult): CheckResult {
  if (result.status !== 'failed' || !result.causes.some(({ name }) => name === 'stopped-too-early'))
    return result
  return { ...result, status: 'skipped', summary: `Skipped: ${result.summary}`, causes: [] }
}

function missingForConvergence({
  recipe: { steps },
  validation,
  steps: most,
  budget,
}: RecipeContext): Pick<RecipeCheck, 'missing'> {
  if (!(validation && steps !== undefined))
    return { missing: 'the recipe has no validation examples with the steps of the planned run' }
  if (steps > most) return { missing: `the planned run of ${steps} steps is longer than the budget allows` }
  return needsThorough(budget)
}
