import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { type Difference, differencesOf } from '../../src/experiments/differences.js'
import { planOf } from '../../src/experiments/recipe-plan.js'
import type { Recipe } from '../../src/recipe/recipe.js'
import { variations } from '../../src/variations/index.js'

const images: Recipe = {
  create() {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 8, activation: 'relu' }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' })
    return model
  },
  train: examplesOf([40, 8, 8, 1], 1),
  validation: examplesOf([20, 8, 8, 1], 2),
}

const sequences: Recipe = {
  create() {
    const model = tf.sequential({
      layers: [
        tf.layers.bidirectional({
          layer: tf.layers.gru({ units: 4 }) as tf.RNN,
          inputShape: [6, 2],
          mergeMode: 'concat',
        }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' })
    return model
  },
  train: examplesOf([40, 6, 2], 3),
  validation: examplesOf([20, 6, 2], 4),
}

function examplesOf(shape: number[], seed: number) {
  const classes = tf.tidy(() => tf.floor(tf.randomUniform([shape[0]!], 0, 2.999, 'float32', seed)).toInt())
  return { xs: tf.randomUniform(shape, 0, 1, 'float32', seed), ys: tf.oneHot(classes, 3).toFloat() }
}

async function differences(base: Recipe, arm: Recipe): Promise<Difference[]> {
  return differencesOf(await planOf(base, 'base'), await planOf(arm, 'arm'), 42)
}

const more = examplesOf([10, 8, 8, 1], 5)

describe('every variation is one change', () => {
  test.each<[string, (base: Recipe) => Recipe, string]>([
    ['withMoreData', variations.withMoreData({ share: 0.5 }), 'training data'],
    ['withSyntheticData', variations.withSyntheticData(more), 'training data'],
    ['withAugmentation', variations.withAugmentation((batch) => batch), 'augmentation'],
    ['withSmallerInput', variations.withSmallerInput(0.5), 'inputs'],
    ['withSmallerModel', variations.withSmallerModel(0.5), 'width'],
    ['withSmallerModel, pooled', variations.withSmallerModel({ pool: true }), 'layers'],
    ['withLargerModel', variations.withLargerModel(2), 'width'],
    ['withBatchSize', variations.withBatchSize(8), 'batch size'],
    ['withDropout', variations.withDropout(0.3), 'dropout'],
    ['withWeightDecay', variations.withWeightDecay(0.01), 'weight penalty'],
    ['withEarlyStopping', variations.withEarlyStopping({ patience: 3 }), 'early stopping'],
    ['withOptimizer', variations.withOptimizer(() => tf.train.sgd(0.1)), 'optimizer'],
    ['withLearningRate', variations.withLearningRate(0.01), 'learning rate'],
    ['withEnsemble', variations.withEnsemble(2), 'layers added'],
  ])('%s', async (_, vary, thing) => {
    expect((await differences(images, vary(images))).map((difference) => difference.thing)).toEqual([thing])
  })

  test('withPretrainedWeights', async () => {
    // The test itself draws under seed 42, as the arms do: one number on, the weights are others.
    Math.random()
    const source = images.create() as tf.LayersModel
    const found = await differences(images, variations.withPretrainedWeights(source)(images))
    source.dispose()
    expect(found.map(({ thing }) => thing)).toEqual(['first weights'])
  })

  test.each<[string, (base: Recipe) => Recipe, string]>([
    ['withLargerModel', variations.withLargerModel(2), 'width'],
    ['withWeightDecay', variations.withWeightDecay(0.01), 'weight penalty'],
    ['withLearningRate', variations.withLearningRate(0.1), 'learning rate'],
    ['withDropout', variations.withDropout(0.3), 'dropout'],
  ])('%s of a wrapped layer', async (_, vary, thing) => {
    expect((await differences(sequences, vary(sequences))).map((difference) => difference.thing)).toEqual([
      thing,
    ])
  })
})

test('two variations are two changes', async () => {
  const arm = variations.withDropout(0.3)(variations.withLearningRate(0.01)(images))
  expect((await differences(images, arm)).map(({ thing }) => thing).sort()).toEqual([
    'dropout',
    'learning rate',
  ])
})

test('the same recipe does not differ', async () => {
  expect(await differences(images, { ...images })).toEqual([])
})
