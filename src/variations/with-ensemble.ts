import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { coreOf, isLayersModel } from '../training/internals.js'
import { assertAmount } from './assert-amount.js'
import { Ensemble } from './ensemble.js'
import type { Create, Variation } from './variation.js'
import { disposeProgram } from './vary-program.js'

/**
 * `members` of the program, each from other first weights (those of the first are the program's own under the seed),
 * trained on the same batches; their mean answers. A step costs as much as one step of every member.
 */
export function withEnsemble(members: number): Variation {
  assertAmount('withEnsemble', members, 'two members or more', (n) => Number.isInteger(n) && n > 1)
  return (recipe) => ({
    ...recipe,
    create: async () => {
      const models: tf.LayersModel[] = []
      try {
        while (models.length < members) await addMember(models, recipe.create)
        return new Ensemble(models)
      } catch (error) {
        for (const model of new Set(models)) disposeProgram(model)
        throw error
      }
    },
  })
}

async function addMember(models: tf.LayersModel[], create: Create): Promise<void> {
  const model = await create()
  if (!isLayersModel(model)) {
    disposeProgram(model)
    throw new InvalidArgumentError(
      'withEnsemble',
      'a custom loop, whose loss of a mean prediction is not known',
      'a LayersModel, or an ensemble written by hand: { ...recipe, create: … }',
    )
  }
  const { optimizer_ } = coreOf(model)
  const shared = models.some((one) => one === model || coreOf(one).optimizer_ === optimizer_)
  if (!models.includes(model)) models.push(model)
  if (optimizer_ != null && !shared) return
  throw new InvalidArgumentError(
    'withEnsemble',
    optimizer_ == null
      ? 'a model that is not compiled'
      : 'a factory that gives the same model or optimizer again',
    'a new, compiled model with an optimizer of its own at each call',
  )
}
