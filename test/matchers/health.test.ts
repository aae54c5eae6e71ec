import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { classes, yesNo } from '../programs/data.js'
import { faultyPrograms } from '../programs/faulty.js'
import { classifier, compiled, healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { bytesOf } from '../training/weight-bytes.js'

const { dense } = tf.layers
const batch = classes(24, 1)
const faulty = (name: string) => faultyPrograms[name]!.create
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )
let calls = 0
const unseeded = () =>
  compiled([
    dense({
      inputShape: [16],
      units: 4,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed: ++calls }),
    }),
  ])
const rare = yesNo(200, 1, { rare: 0.1 })
const unbiased = () =>
  compiled([dense({ inputShape: [16], units: 1, activation: 'sigmoid', kernelInitializer: 'zeros' })], {
    loss: 'binaryCrossentropy',
  })
const augmented = () => {
  const { xs, ys } = classes(8, 1)
  return { xs: tf.tidy(() => tf.add(xs as tf.Tensor, tf.randomNormal([8, 16]))), ys }
}

test('healthy subjects pass, faulty ones under .not', async () => {
  await expectNoNewTensors(async () => {
    await expect(classifier).toEvaluateConsistently(batch)
    await expect(faulty('loss summed over the batch')).not.toEvaluateConsistently(batch)
    await expect(classifier).toTrainReproducibly(batch)
    await expect(unseeded).not.toTrainReproducibly(batch)
    await expect(classifier).toUpdateEveryWeight(batch)
    await expect(faulty('learning rate 0')).not.toUpdateEveryWeight(batch)
    await expect(
      healthyPrograms['one positive in ten, output bias at the log-odds']!.create,
    ).toStartAtBaseRate(rare)
    await expect(unbiased).not.toStartAtBaseRate(rare)
    await expect(classifier).toHaveHealthyGradients(batch)
    await expect(faulty('learning rate 1e4, SGD')).not.toHaveHealthyGradients(batch)
    await expect(classifier).toHaveHealthyActivations(batch)
    await expect(faulty('biases at -10 under relu')).not.toHaveHealthyActivations(batch)
    await expect(classifier).toReachHumanBaseline({ metric: 'loss', value: 10, on: batch })
    await expect(classifier).not.toReachHumanBaseline({ metric: 'accuracy', value: 1, on: batch })
    await expect(() => classes(8, 1)).toLoadDeterministically()
    await expect((x: tf.Tensor) => tf.square(x)).toMatchReference((x) => tf.mul(x!, x!), {
      on: batch.xs as tf.Tensor,
    })
    await expect((x: tf.Tensor) => tf.square(x)).not.toMatchReference((x) => x!.clone(), {
      on: batch.xs as tf.Tensor,
    })
    await expect(() => tf.tidy(() => tf.add(1, 2))).toNotLeakTensors()
  })
  await expect(augmented).not.toLoadDeterministically()
  await expect(() => void tf.scalar(1)).not.toNotLeakTensors()
})

test('a live model is left as it was', async () => {
  const model = classifier()
  const weights = bytesOf(model.getWeights())
  await expectNoNewTensors(async () => {
    await expect(model).toEvaluateConsistently(batch)
    await expect(model).toTrainReproducibly(batch)
    await expect(model).toUpdateEveryWeight(batch)
    await expect(model).toHaveHealthyGradients(batch)
    await expect(model).toHaveHealthyActivations(batch)
  })
  expect(bytesOf(model.getWeights())).toEqual(weights)
  expect(model.optimizer.iterations).toBe(0)
})

test('messages say what was measured, why, and what to try', async () => {
  const messages: Array<[() => Promise<void>, RegExp]> = [
    [
      () => expect(faulty('loss summed over the batch')).toEvaluateConsistently(batch),
      /With every example twice the loss is [\d.]+ instead of [\d.]+\.[\s\S]*loss-reduction\n {2}why {2}every example twice gives 2 times the loss/,
    ],
    [
      () => expect(unseeded).toTrainReproducibly(batch),
      /Two runs with seed 42 differ from the initial weights on: weight '.*' by up to[\s\S]*nondeterministic/,
    ],
    [
      () => expect(faulty('learning rate 0')).toUpdateEveryWeight(batch),
      /4 of 4 trainable weights did not change in 13 steps[\s\S]*weights-not-updated\n {2}why {2}.*learning rate 0 leave every weight/,
    ],
    [
      () => expect(unbiased).toStartAtBaseRate(rare),
      /output-bias-off-base-rate[\s\S]*try {2}start the bias of the last layer at log\(p \/ \(1 - p\)\) of the positives: biasInitializer: tf\.initializers\.constant\(\{ value: -2\.197 \}\)/,
    ],
    [
      () => expect(() => void tf.scalar(1)).toNotLeakTensors(),
      /Every call leaves 1 tensor behind: [\s\S]*tensor-leak\n {2}why {2}1 tensor per call stays alive, made 1 by .*health\.test\.ts/,
    ],
    [
      () => expect(augmented).toLoadDeterministically(),
      /Two calls of the loader differ: inputs differ by up to [\s\S]*augmentation/,
    ],
  ]
  for (const [assertion, pattern] of messages) expect(await messageOf(assertion())).toMatch(pattern)
})

test('bad input fails with and without .not', async () => {
  const matchers = [
    'toEvaluateConsistently',
    'toTrainReproducibly',
    'toUpdateEveryWeight',
    'toStartAtBaseRate',
    'toHaveHealthyGradients',
    'toHaveHealthyActivations',
  ] as const
  for (const matcher of matchers) {
    const wrong = batch.xs as never
    await expect(expect(classifier)[matcher](wrong)).rejects.toThrow('wanted { xs, ys }')
    await expect(expect(classifier).not[matcher](wrong)).rejects.toThrow('wanted { xs, ys }')
  }
  await expect(expect(3).toNotLeakTensors()).rejects.toThrow('wanted a function')
  await expect(expect(3).not.toLoadDeterministically()).rejects.toThrow('a function that loads')
  await expect(expect(tf.square).toMatchReference(tf.square as never, undefined as never)).rejects.toThrow(
    '{ on: tensors }',
  )
  await expect(expect(classifier).toTrainReproducibly(batch, { steps: 0 })).rejects.toThrow('options.steps')
})
