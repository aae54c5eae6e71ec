import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkHealthyActivations, watchActivations } from '../../src/checks/skeleton/healthy-activations.js'
import { checkHealthyGradients, watchGradients } from '../../src/checks/skeleton/healthy-gradients.js'
import { checkUpdatesEveryWeight, watchWeights } from '../../src/checks/skeleton/updates-every-weight.js'
import { type Watch, watchFirstSteps } from '../../src/checks/watch.js'
import { disposeExamples } from '../../src/training/examples.js'
import { classes } from '../programs/data.js'
import { classifier, healthyPrograms } from '../programs/healthy.js'

const watches = () => [watchWeights(), watchActivations(), watchGradients()]
const said = ({ status, summary, measured }: { status: string; summary: string; measured: object }) => ({
  status,
  summary,
  measured,
})

test.each(Object.entries(healthyPrograms).slice(0, 20))(
  'checks that share a training say what they say alone: %s',
  async (_name, { create, data, batch = 24 }) => {
    const examples = data(batch, 1)
    const shared = await watchFirstSteps(create, examples, watches(), { seed: 1 })
    const alone = [
      await checkUpdatesEveryWeight(create, examples, { seed: 1 }),
      await checkHealthyActivations(create, examples, { seed: 1 }),
      await checkHealthyGradients(create, examples, { seed: 1 }),
    ]
    expect(shared.map(said)).toEqual(alone.map(said))
    disposeExamples(examples)
  },
)

test('what a check keeps over a step is freed when the step throws', async () => {
  const examples = classes(24, 1)
  const broken = () =>
    classifier({
      loss: () => {
        throw new Error('no loss today')
      },
    })
  const left = async (watch: Watch) => {
    const before = tf.memory().numTensors
    await expect(watchFirstSteps(broken, examples, [watch], {})).rejects.toThrow('no loss today')
    return tf.memory().numTensors - before
  }
  // TensorFlow.js itself does not free the layers' outputs when the loss throws.
  expect(await left(watchGradients())).toBe(await left(watchWeights()))
  disposeExamples(examples)
})

test('a run that is aborted says so in every check that was not done', async () => {
  const [{ create, data }] = Object.values(healthyPrograms) as [(typeof healthyPrograms)[string]]
  const examples = data(24, 1)
  const results = await watchFirstSteps(create, examples, watches(), { signal: AbortSignal.abort() })
  expect(results.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed'])
  for (const { summary } of results) expect(summary).toContain('Stopped before')
  disposeExamples(examples)
})
