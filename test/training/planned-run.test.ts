import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.js'
import { runPlan, type TrainingPlan } from '../../src/training/planned-run.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'

const create = () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 1 }),
    ],
  })
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' })
  return model
}
const examplesOf = (count: number, seed: number) => {
  const xs = tf.randomNormal([count, 4], 0, 1, 'float32', seed)
  return {
    xs,
    ys: tf.tidy(() => xs.sum(1, true).add(tf.randomNormal([count, 1], 0, 1, 'float32', seed + 1))),
  }
}
const train = examplesOf(40, 1)
const validation = examplesOf(200, 3)
const plan: TrainingPlan = { create, train, validation, batchSize: 8 }

test('the rate of the schedule is set before each step', async () => {
  const rates: number[] = []
  const { program } = await runPlan(
    { ...plan, schedule: (step) => 0.1 / (step + 1) },
    {
      seed: 1,
      steps: 4,
      look: {
        every: 1,
        see: ({ optimizer }) =>
          void rates.push((optimizer as unknown as { learningRate: number }).learningRate),
      },
    },
  )
  program.dispose()
  expect(rates).toEqual([0.05, 0.1, 0.05, 0.1 / 3, 0.025])
})

test('a schedule of 0 leaves the weights as they were', async () => {
  const { program, losses } = await runPlan({ ...plan, schedule: () => 0 }, { seed: 1, steps: 10 })
  const [again] = [await runPlan({ ...plan, schedule: () => 0 }, { seed: 1, steps: 1 })]
  const values = (p: typeof program) => Object.values(p.weights()).map((weight) => [...weight.dataSync()])
  expect(values(program)).toEqual(values(again.program))
  expect(losses).toHaveLength(10)
  program.dispose()
  again.program.dispose()
})

test.each([Number.NaN, -1, '0.1'])('a schedule that gives %s is refused', async (rate) => {
  await expect(runPlan({ ...plan, schedule: () => rate as number }, { seed: 1, steps: 3 })).rejects.toThrow(
    /schedule: got .* at step 0/,
  )
})

describe('augmentation', () => {
  test('changes every batch, in training only, and leaks nothing', async () => {
    await expectNoNewTensors(async () => {
      let calls = 0
      const { program } = await runPlan(
        {
          ...plan,
          augment: ({ xs, ys }) => {
            calls++
            const noise = tf.randomNormal((xs as tf.Tensor).shape)
            return { xs: (xs as tf.Tensor).add(noise), ys }
          },
        },
        { seed: 1, steps: 7 },
      )
      program.dispose()
      expect(calls).toBe(7)
    })
  })

  test('draws the same under the same seed', async () => {
    const run = async () => {
      const { program, losses } = await runPlan(
        { ...plan, augment: ({ xs, ys }) => ({ xs: tf.add(xs as tf.Tensor, tf.randomNormal([8, 4])), ys }) },
        { seed: 3, steps: 5 },
      )
      program.dispose()
      return losses
    }
    expect(await run()).toEqual(await run())
  })

  test('that returns no examples is refused', async () => {
    await expect(
      runPlan({ ...plan, augment: () => undefined as never }, { seed: 1, steps: 3 }),
    ).rejects.toThrow('what augment returned')
  })
})

describe('early stopping', () => {
  test('ends with the weights of the best look', async () => {
    const { program, stopping } = await runPlan(
      { ...plan, earlyStopping: { patience: 3, every: 20 } },
      { seed: 1, steps: 4000 },
    )
    const loss = program.loss(validation)
    expect(stopping?.stopped).toBe(true)
    expect(loss.dataSync()[0]).toBe(Math.min(...stopping!.losses))
    expect(stopping!.steps.at(-1)).toBe(stopping!.bestStep + 60)
    loss.dispose()
    program.dispose()
  })

  test('leaks nothing', async () => {
    await expectNoNewTensors(async () => {
      const { program } = await runPlan(
        { ...plan, earlyStopping: { patience: 1, every: 5 } },
        { seed: 1, steps: 100 },
      )
      program.dispose()
    })
  })

  test('without validation examples is refused', async () => {
    const { validation: _, ...rest } = plan
    await expect(
      runPlan({ ...rest, earlyStopping: { patience: 1 } }, { seed: 1, steps: 10 }),
    ).rejects.toThrow(InvalidArgumentError)
  })

  test.each([0, 1.5, -1])('a patience of %s is refused', async (patience) => {
    await expect(runPlan({ ...plan, earlyStopping: { patience } }, { seed: 1, steps: 10 })).rejects.toThrow(
      'earlyStopping.patience',
    )
  })
})
