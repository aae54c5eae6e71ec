import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { assertAmount } from './assert-amount.js'
import { rewriteModel } from './rewrite-model.js'
import { scaleWidths, setWidths } from './scale-widths.js'
import type { Variation } from './variation.js'
import type { Widths } from './with-smaller-model.js'

/** A larger model of the same kind: every hidden width times `factor` (default 2), or the widths given. */
export function withLargerModel(how: number | Widths = 2): Variation {
  const name = 'withLargerModel'
  if (typeof how === 'number') assertAmount(name, how, 'a factor above 1', (factor) => factor > 1)
  else if (typeof how !== 'object' || how === null || !('layers' in how)) {
    throw new InvalidArgumentError(name, describe(how), 'a factor above 1, or { layers: { name: width } }')
  }
  return (recipe) => ({
    ...recipe,
    create: rewriteModel(name, recipe.create, (config, model) => {
      if (typeof how === 'number') scaleWidths(name, config, model, how)
      else setWidths(name, config, how.layers)
      return undefined
    }),
  })
}
