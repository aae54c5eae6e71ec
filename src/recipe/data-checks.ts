import { checkBalancedClasses } from '../checks/data/balanced-classes.js'
import { checkConsistentLabels } from '../checks/data/consistent-labels.js'
import { checkDisjoint } from '../checks/data/disjoint.js'
import { checkNoDuplicates } from '../checks/data/duplicates.js'
import { checkFiniteValues } from '../checks/data/finite-values.js'
import { checkLabelMap } from '../checks/data/label-map.js'
import { checkLabelledAlike } from '../checks/data/labelled-alike.js'
import { checkNormalized } from '../checks/data/normalized.js'
import { checkNoOutliers } from '../checks/data/outliers.js'
import { checkSameDistribution } from '../checks/data/same-distribution.js'
import { checkShuffled } from '../checks/data/shuffled.js'
import { checkTargetLeak } from '../checks/data/target-leak.js'
import { type CheckOptions, defaultSeed } from '../checks/options.js'
import { SharedFindings, sharingFindings } from '../statistics/shared-findings.js'
import { type Table, tablesOf } from '../statistics/tables.js'
import { openProgram } from '../training/open.js'
import type { Examples } from '../training/trainable.js'
import { doesNotApply, type RecipeCheck, type RecipeContext } from './recipe-context.js'

/**
 * What a whole recipe tolerates in its data. The matchers are stricter: who calls them by name asks for it, while
 * real data that train well have a few twins, a few far values, and rare classes.
 */
const tolerated = { copies: 0.02, discreteCopies: 0.1, outliers: 0.02, classRatio: 0.02 }

/** Symbols and counts repeat by nature, more than their frequencies one by one would have it. */
const copiesTolerated = ({ xs }: Examples): number =>
  tablesOf('xs', xs).every(isWhole) ? tolerated.discreteCopies : tolerated.copies

function isWhole({ values, rows, width }: Table): boolean {
  for (let i = 0; i < rows * width; i++) if (!Number.isInteger(values[i])) return false
  return true
}

/** With more classes than this rare and absent ones are the nature of the data. */
const mostClasses = 20

/** The checks of the data stage, in the recipe's order. What several look for is looked for once. */
export function dataChecks(context: RecipeContext): RecipeCheck[] {
  const findings = new SharedFindings()
  return unshared(context).map((check) => ({
    ...check,
    run: (options) => sharingFindings(findings, () => check.run(options)),
  }))
}

function unshared(context: RecipeContext): RecipeCheck[] {
  const { recipe, train, validation, batchSize } = context
  return [
    {
      name: 'finite-values',
      stage: 'data',
      run: async (options) => checkFiniteValues(await train(), options),
    },
    {
      name: 'normalized',
      stage: 'data',
      run: async (options) =>
        (await scalesItself(context, options))
          ? doesNotApply('normalized', 'data', 'the program scales or looks up its inputs itself', options)
          : checkNormalized(await train(), options),
    },
    {
      name: 'no-outliers',
      stage: 'data',
      run: async (options) =>
        (await scalesItself(context, options))
          ? doesNotApply('no-outliers', 'data', 'the program scales or looks up its inputs itself', options)
          : checkNoOutliers(await train(), { ...options, maxShare: tolerated.outliers }),
    },
    {
      name: 'no-duplicates',
      stage: 'data',
      run: async (options) =>
        checkNoDuplicates(await train(), { ...options, maxShare: copiesTolerated(await train()) }),
    },
    {
      name: 'disjoint',
      stage: 'data',
      ...(!validation && { missing: 'the recipe has no validation examples' }),
      run: async (options) =>
        checkDisjoint(await train(), await validation!(), {
          ...options,
          maxShare: copiesTolerated(await train()),
        }),
    },
    {
      name: 'balanced-classes',
      stage: 'data',
      run: async (options) => {
        const result = await checkBalancedClasses(await train(), {
          ...options,
          minRatio: tolerated.classRatio,
        })
        return result.status === 'failed' && result.measured.classes! > mostClasses
          ? doesNotApply(
              'balanced-classes',
              'data',
              `${result.measured.classes} classes: a long tail is usual`,
              options,
            )
          : result
      },
    },
    {
      name: 'consistent-labels',
      stage: 'data',
      run: async (options) =>
        checkConsistentLabels(await train(), { ...options, maxShare: tolerated.copies }),
    },
    {
      name: 'target-leak',
      stage: 'data',
      run: async (options) =>
        checkTargetLeak(await train(), {
          ...options,
          identical: true,
          ...(recipe.causal && { causal: recipe.causal }),
        }),
    },
    {
      name: 'label-map-match',
      stage: 'data',
      ...(!validation && { missing: 'the recipe has no validation examples' }),
      run: async (options) => checkLabelMap(await train(), await validation!(), options),
    },
    {
      name: 'labelled-alike',
      stage: 'data',
      ...(!validation && { missing: 'the recipe has no validation examples' }),
      run: async (options) => checkLabelledAlike(await train(), await validation!(), options),
    },
    {
      name: 'same-distribution',
      stage: 'data',
      ...(!validation && { missing: 'the recipe has no validation examples' }),
      run: async (options) => checkSameDistribution(await train(), await validation!(), options),
    },
    {
      name: 'shuffled-data',
      stage: 'data',
      ...(recipe.shuffle !== false && {
        missing: 'batches are drawn shuffled, whatever the order of the data',
      }),
      run: async (options) => checkShuffled(await train(), { ...options, batchSize }),
    },
  ]
}

const scalingLayer = /^(Embedding|Rescaling|Normalization|BatchNormalization|LayerNormalization)$/

/** Whether a layer that scales inputs, or looks ids up, comes first: the data need not be on scale then. */
async function scalesItself(
  { recipe }: RecipeContext,
  { seed = defaultSeed }: CheckOptions,
): Promise<boolean> {
  // A factory that fails is told of by the first check that is about the program.
  const program = await openProgram(recipe.create, seed).catch(() => undefined)
  if (!program) return false
  try {
    const layers = program.layers ?? []
    const first = layers.findIndex((layer) => layer.getWeights().length > 0)
    return layers.slice(0, first + 1).some((layer) => scalingLayer.test(layer.getClassName()))
  } finally {
    program.dispose()
  }
}
