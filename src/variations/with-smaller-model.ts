import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { assertAmount } from './assert-amount.js'
import { poolFeatures } from './pool-features.js'
import { rewriteModel } from './rewrite-model.js'
import { scaleWidths, setWidths } from './scale-widths.js'
import type { Variation } from './variation.js'

/** Widths (units, filters, dimensions of an embedding) by the name of the layer. */
export interface Widths {
  layers: Record<string, number>
}

/**
 * A smaller model of the same kind: every hidden width times `factor` (default one half), or the widths given, or with
 * `pool` average pooling in the place of Flatten and the hidden fully connected layers behind it.
 */
export function withSmallerModel(how: number | { pool: true } | Widths = 0.5): Variation {
  const name = 'withSmallerModel'
  if (typeof how === 'number') assertAmount(name, how, 'a factor between 0 and 1', (f) => f > 0 && f < 1)
  else if (typeof how !== 'object' || how === null || !('layers' in how || 'pool' in how)) {
    throw new InvalidArgumentError(
      name,
      describe(how),
      'a factor between 0 and 1, { pool: true } or { layers: { name: width } }',
    )
  }
  return (recipe) => ({
    ...recipe,
    create: rewriteModel(name, recipe.create, (config, model) => {
      if (typeof how === 'number') scaleWidths(name, config, model, how)
      else if ('layers' in how) setWidths(name, config, how.layers)
      else poolFeatures(name, config, model)
      return undefined
    }),
  })
}
