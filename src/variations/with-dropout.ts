import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { assertAmount } from './assert-amount.js'
import { headNames } from './heads.js'
import { insertAfter, insertBefore } from './insert-layer.js'
import {
  everyLayer,
  everyModel,
  freeName,
  holderOf,
  type LayerConfig,
  layerNamed,
  type ModelConfig,
  nameOf,
} from './model-config.js'
import { removeLayer } from './remove-layer.js'
import { rewriteModel } from './rewrite-model.js'
import type { Variation } from './variation.js'

export interface DropoutPlace {
  rate: number
  /** Names of layers, or an index into `model.layers`: dropout is put behind them, existing layers stay as they are. */
  after?: string | number | readonly string[]
}

/**
 * Dropout at `rate`. A model that has dropout gets the rate in all of it (of recurrent layers too, where above 0);
 * one that has none gets a layer before the last one with weights, of each output. At 0 dropout layers are taken out.
 */
export function withDropout(options: number | DropoutPlace): Variation {
  const { rate, after } = typeof options === 'object' && options !== null ? options : { rate: options }
  assertAmount('withDropout', rate, 'a rate: 0 or more, below 1', (value) => value >= 0 && value < 1)
  return (recipe) => ({
    ...recipe,
    create: rewriteModel('withDropout', recipe.create, (config, model) => {
      if (after !== undefined) placeAfter(config, model, rate, after)
      else if (!changeRates(config, rate)) placeBeforeHeads(config, model, rate)
    }),
  })
}

const dropoutLayer = /^(Dropout|SpatialDropout1D|AlphaDropout|GaussianDropout)$/

/** False: there is none. */
function changeRates(config: ModelConfig, rate: number): boolean {
  let found = false
  for (const layer of everyLayer(config)) {
    const keys = dropoutLayer.test(layer.class_name) ? ['rate'] : recurrentRates(layer)
    for (const key of keys) layer.config[key] = rate
    found ||= keys.length > 0
  }
  if (rate > 0) return found
  for (const model of everyModel(config)) {
    const gone = model.config.layers.filter(({ class_name }) => dropoutLayer.test(class_name))
    // One that ends the model stays, at rate 0: it gives the output its name.
    for (const layer of gone) removeLayer(model, nameOf(layer))
  }
  return found
}

function recurrentRates({ config }: LayerConfig): string[] {
  return ['dropout', 'recurrent_dropout'].filter((key) => typeof config[key] === 'number' && config[key] > 0)
}

function placeBeforeHeads(config: ModelConfig, model: tf.LayersModel, rate: number): void {
  if (rate === 0) {
    throw new InvalidArgumentError('withDropout', 'a rate of 0 for a model without dropout', 'a rate above 0')
  }
  const heads = headNames(model)
  if (!heads) {
    throw new InvalidArgumentError(
      'withDropout',
      'a model without dropout whose last layer with weights is not clear',
      "where to put it: { rate, after: 'name of a layer' }",
    )
  }
  for (const head of heads) {
    if (putBefore(config, head, rate)) continue
    throw new InvalidArgumentError(
      'withDropout',
      `a model without a hidden layer before its output "${head}"`,
      "hidden layers to drop units of, or { rate, after: 'name of a layer' }",
    )
  }
}

/** Before the layer, or before the model around it where it is the first in there. */
function putBefore(config: ModelConfig, name: string, rate: number): boolean {
  const holder = holderOf(config, name)
  if (!holder) return false
  const dropout = dropoutOf(freeName(config, `dropout_before_${name}`), rate)
  if (insertBefore(holder, name, dropout)) return true
  return holder !== config && putBefore(config, nameOf(holder), rate)
}

function placeAfter(
  config: ModelConfig,
  model: tf.LayersModel,
  rate: number,
  after: NonNullable<DropoutPlace['after']>,
): void {
  for (const place of typeof after === 'object' ? after : [after]) {
    const name = typeof place === 'number' ? model.layers.at(place)?.name : place
    const layer = name === undefined ? undefined : layerNamed(config, name)
    if (!layer) {
      throw new InvalidArgumentError(
        'withDropout: after',
        describe(place),
        `one of the layers ${everyLayer(config).map(nameOf).join(', ')}, or an index into model.layers`,
      )
    }
    const dropout = dropoutOf(freeName(config, `dropout_after_${name}`), rate)
    if (dropoutLayer.test(layer.class_name)) layer.config.rate = rate
    else if (rate > 0 && !insertAfter(holderOf(config, name!)!, name!, dropout)) {
      throw new InvalidArgumentError(
        'withDropout: after',
        `"${name}", which gives an output`,
        'a hidden layer: predictions are not to be dropped',
      )
    }
  }
}

function dropoutOf(name: string, rate: number): LayerConfig {
  return { class_name: 'Dropout', config: { rate, noise_shape: null, seed: null, name, trainable: true } }
}
