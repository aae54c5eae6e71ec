import { InvalidArgumentError } from '../errors.js'
import { coreOf, isLayersModel } from '../training/internals.js'
import { setLearningRate } from '../training/learning-rate.js'
import { assertAmount } from './assert-amount.js'
import type { Variation } from './variation.js'
import { varyProgram } from './vary-program.js'

/** The same optimizer with the same other settings at another learning rate. */
export function withLearningRate(rate: number): Variation {
  assertAmount('withLearningRate', rate, 'a learning rate: a finite number above 0', (value) => value > 0)
  return (recipe) => {
    if (recipe.schedule) {
      throw new InvalidArgumentError(
        'withLearningRate',
        'a recipe with a schedule, which sets the rate before every step',
        'another schedule: { ...recipe, schedule: (step) => rate }',
      )
    }
    return {
      ...recipe,
      create: varyProgram(recipe.create, (program) => {
        const optimizer = isLayersModel(program) ? coreOf(program).optimizer_ : program.optimizer
        // A model that is not compiled is refused when it is opened.
        if (isLayersModel(program) && optimizer == null) return
        if (setLearningRate(optimizer, rate)) return
        throw new InvalidArgumentError(
          'withLearningRate',
          optimizer
            ? `an optimizer (${optimizer.constructor.name}) without a learningRate`
            : 'a program without an optimizer',
          'an optimizer with a number learningRate, or a variant written by hand: { ...recipe, create: … }',
        )
      }),
    }
  }
}
