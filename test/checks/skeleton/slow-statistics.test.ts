import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkUpdatesEveryWeight } from '../../../src/checks/skeleton/updates-every-weight.js'
import { causesOfSlowStatistics } from '../../../src/diagnosis/slow-statistics.js'
import { runRecipe } from '../../../src/recipe/run-recipe.js'
import * as data from '../../programs/data.js'
import { compiled } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const { activation, batchNormalization, dense } = tf.layers
const digits = data.digitVectors(48, 1)

const network = (momentum: number) => () =>
  compiled([
    dense({ inputShape: [196], units: 24 }),
    batchNormalization({ momentum }),
    activation({ activation: 'relu' }),
    dense({ units: 10, activation: 'softmax' }),
  ])

describe('the moving statistics of batch normalisation', () => {
  test.each([
    [0.9999, 1000],
    [0.9995, 1000],
    [0.999, 100],
  ])('at momentum %d are those of the start after %d steps', async (momentum, plannedSteps) => {
    await expectNoNewTensors(async () => {
      const options = { plannedSteps }
      const { status, causes, summary } = await checkUpdatesEveryWeight(network(momentum), digits, options)
      expect(status, summary).toBe('failed')
      expect(causes.map(({ name }) => name)).toEqual(['batch-norm-statistics'])
      expect(causes[0]!.evidence).toContain(`at momentum ${momentum} `)
      expect(causes[0]!.evidence).toContain(`after ${plannedSteps} steps`)
    })
  })

  test.each([
    [0.99, 1000],
    [0.99, 100],
    [0.999, 1000],
    [0.9999, undefined],
  ])('at momentum %d are new after %s steps, or not asked for', async (momentum, plannedSteps) => {
    const options = plannedSteps ? { plannedSteps } : {}
    const { status, summary } = await checkUpdatesEveryWeight(network(momentum), digits, options)
    expect(status, summary).toBe('passed')
  })

  test('may stay where they are, where the inputs have mean 0 and deviation 1', async () => {
    const layers = () => [
      batchNormalization({ inputShape: [8], momentum: 0.9999 }),
      dense({ units: 16, activation: 'relu' }),
      dense({ units: 1 }),
    ]
    const create = () => compiled(layers(), { loss: 'meanSquaredError' })
    const options = { plannedSteps: 1000 }
    const { status, summary } = await checkUpdatesEveryWeight(create, data.quantities(64, 1), options)
    expect(status, summary).toBe('passed')
  })

  test('in a recipe have 1000 steps, ten epochs, or the steps it plans', async () => {
    const run = async (momentum: number, steps?: number) => {
      const recipe = { create: network(momentum), train: data.digitVectors(200, 1), ...(steps && { steps }) }
      const { results } = await runRecipe(recipe, { only: ['updates-every-weight'] })
      return results[0]!.status
    }
    expect(await run(0.9995)).toBe('failed')
    expect(await run(0.9995, 10_000)).toBe('passed')
    expect(await run(0.999)).toBe('passed')
    expect(await run(0.999, 200)).toBe('failed')
  })
})

test('the statistics of the data are what the first steps show, whatever the momentum', () => {
  const momentum = 0.999
  const seen = 1 - momentum ** 3
  const at = (mean: number, variance: number) => ({
    name: 'norm',
    momentum,
    epsilon: 0,
    values: [Float32Array.of(mean), Float32Array.of(variance)],
  })
  // Data of mean 10 and variance 4, mixed half and half with 0 and 1: an offset of 5 / √2.5, a scale of 2 / √2.5.
  const [cause] = causesOfSlowStatistics([at(0, 1)], [at(10 * seen, 1 + 3 * seen)], {
    taken: 3,
    planned: Math.log(0.5) / Math.log(momentum),
  })
  const error = Math.hypot(2 / Math.sqrt(2.5) - 1, 5 / Math.sqrt(2.5))
  expect(cause?.evidence).toContain(`off by ${error.toPrecision(3)}`)
})
