import { describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/recipe.js'
import { variations } from '../../src/variations/index.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { factsOf, recipeOf, trainFive } from './programs.js'

type Facts = Awaited<ReturnType<typeof factsOf>>

/** Settings of layers that differ, as 'Dense-1 units: 32 → 16', and layers that come or go. */
function changes(before: Facts, after: Facts): string[] {
  const names = new Set([...before.layers, ...after.layers].map(({ name }) => name))
  return [...names].flatMap((name) => {
    const [from, to] = [before, after].map(({ layers }) => layers.find((layer) => layer.name === name))
    if (!from) return [`+ ${to!.className} ${name}`]
    if (!to) return [`- ${from.className} ${name}`]
    return [...new Set([...Object.keys(from.config), ...Object.keys(to.config)])]
      .filter((key) => JSON.stringify(from.config[key]) !== JSON.stringify(to.config[key]))
      .map((key) => `${name} ${key}: ${JSON.stringify(from.config[key])} → ${JSON.stringify(to.config[key])}`)
  })
}

/** Weights with equal names and shapes are equal; returns the names of the others. */
function otherWeights(before: Facts, after: Facts): string[] {
  return Object.entries(after.weights).flatMap(([name, values]) => {
    if (!(name in before.weights)) return [name]
    expect(values, name).toEqual(before.weights[name])
    return []
  })
}

type Vary = (recipe: Recipe) => Recipe
const l2 = '{"className":"L1L2","config":{"l1":0,"l2":0.01}}'
const cases: Array<[what: string, program: string, vary: Vary, changes: string[], weights: string[]]> = [
  [
    'withDropout',
    'MLP with softmax on digits',
    variations.withDropout(0.3),
    ['+ Dropout dropout_before_Dense-2'],
    [],
  ],
  ['withDropout', 'CNN', variations.withDropout(0.3), ['+ Dropout dropout_before_Dense-1'], []],
  [
    'withDropout',
    'GRU over sequences',
    variations.withDropout(0.3),
    ['+ Dropout dropout_before_Dense-1'],
    [],
  ],
  ['withDropout', 'two inputs', variations.withDropout(0.3), ['+ Dropout dropout_before_Dense-3'], []],
  [
    'withDropout',
    'two outputs with different losses',
    variations.withDropout(0.3),
    ['+ Dropout dropout_before_kind', '+ Dropout dropout_before_amount'],
    [],
  ],
  [
    'withDropout after',
    'two outputs with different losses',
    variations.withDropout({ rate: 0.3, after: 1 }),
    ['+ Dropout dropout_after_Dense-1'],
    [],
  ],
  [
    'withDropout where there is some',
    'CNN with batch normalisation and dropout',
    variations.withDropout(0.3),
    ['Dropout-1 rate: 0.5 → 0.3'],
    [],
  ],
  [
    'withDropout 0',
    'CNN with batch normalisation and dropout',
    variations.withDropout(0),
    ['- Dropout Dropout-1'],
    [],
  ],
  [
    'withDropout in recurrent layers',
    'LSTM over sequences, with recurrent dropout',
    variations.withDropout(0.3),
    ['LSTM-1 dropout: 0.1 → 0.3', 'LSTM-1 recurrentDropout: 0.1 → 0.3'],
    [],
  ],
  [
    'withWeightDecay',
    'CNN',
    variations.withWeightDecay(0.01),
    [`Conv2D-1 kernelRegularizer: undefined → ${l2}`, `Dense-1 kernelRegularizer: undefined → ${l2}`],
    [],
  ],
  [
    'withWeightDecay where there is some',
    'L2 penalty',
    variations.withWeightDecay(0.01),
    [1, 2].map((i) => `Dense-${i} kernelRegularizer: ${l2.replace('0.01', '0.001')} → ${l2}`),
    [],
  ],
  [
    'withSmallerModel',
    'CNN with batch normalisation and dropout',
    variations.withSmallerModel(),
    ['Conv2D-1 filters: 8 → 4'],
    [
      'Conv2D-1 0 [3,3,1,4]',
      'Conv2D-1 1 [4]',
      'BatchNormalization-1 0 [4]',
      'BatchNormalization-1 1 [4]',
      'BatchNormalization-1 2 [4]',
      'BatchNormalization-1 3 [4]',
      'Dense-1 0 [144,10]',
    ],
  ],
  [
    'withSmallerModel',
    'two outputs with different losses',
    variations.withSmallerModel(0.25),
    ['Dense-1 units: 32 → 8'],
    ['Dense-1 0 [16,8]', 'Dense-1 1 [8]', 'kind 0 [8,4]', 'amount 0 [8,1]'],
  ],
  [
    'withLargerModel',
    'two inputs',
    variations.withLargerModel(2),
    ['Dense-1 units: 16 → 32', 'Dense-2 units: 16 → 32'],
    ['Dense-1 0 [8,32]', 'Dense-1 1 [32]', 'Dense-2 0 [8,32]', 'Dense-2 1 [32]', 'Dense-3 0 [64,4]'],
  ],
  [
    'withLargerModel',
    'GRU over sequences',
    variations.withLargerModel(2),
    ['GRU-1 units: 12 → 24'],
    ['GRU-1 0 [2,72]', 'GRU-1 1 [24,72]', 'GRU-1 2 [72]', 'Dense-1 0 [24,1]'],
  ],
  [
    'withSmallerInput',
    'CNN',
    variations.withSmallerInput(0.5),
    ['Conv2D-1 batchInputShape: [null,14,14,1] → [null,7,7,1]'],
    ['Dense-1 0 [32,10]'],
  ],
  [
    'withoutFeatures',
    'MLP with batch normalisation and dropout',
    variations.withoutFeatures([0, 5]),
    ['Dense-1 batchInputShape: [null,16] → [null,14]'],
    ['Dense-1 0 [14,32]'],
  ],
]

describe.each(cases)('%s: %s', (_what, program, vary, wanted, weights) => {
  test('changes this and nothing else', async () => {
    const recipe = recipeOf(program)
    await expectNoNewTensors(async () => {
      const varied = vary(recipe)
      const [before, after] = [await factsOf(recipe.create), await factsOf(varied.create)]
      expect(changes(before, after)).toEqual(wanted)
      expect(otherWeights(before, after)).toEqual(weights)
      const { layers: _, weights: __, inputs: ___, ...rest } = before
      expect(after).toMatchObject(rest)
      const { create, train, validation, ...shared } = recipe
      expect(varied).toMatchObject(shared)
      expect(Object.keys(varied)).toEqual(Object.keys(recipe))
      expect((await trainFive(varied)).every(Number.isFinite)).toBe(true)
    })
  })
})
