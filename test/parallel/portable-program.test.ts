import { deserialize, serialize } from 'node:v8'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { disposeData } from '../../fixtures/zoo/program.js'
import { madeAgain, type PortableProgram, portableProgram } from '../../src/parallel/portable-program.js'
import { minibatches } from '../../src/training/batches.js'
import { openProgram } from '../../src/training/open.js'
import { disposeOptimizer } from '../../src/training/optimizer-copy.js'
import { trainProgram } from '../../src/training/run.js'
import type { Subject } from '../../src/training/trainable.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { bytesOf } from '../training/weight-bytes.js'

const programs = [...healthy, ...faulty]
const travelled = (portable: PortableProgram) => deserialize(serialize(portable)) as PortableProgram

async function portableOf(create: Subject): Promise<PortableProgram | undefined> {
  const program = await openProgram(create, 42)
  const portable = portableProgram((program as { model?: tf.LayersModel }).model)
  program.dispose()
  return portable
}

test('nearly all models of the zoo travel, and none arrives as another one', async () => {
  const lost: string[] = []
  let arrived = 0
  for (const { name, create } of programs) {
    await expectNoNewTensors(async () => {
      const portable = await portableOf(create)
      if (!portable) return
      try {
        const model = await madeAgain(travelled(portable))
        disposeOptimizer(model.optimizer)
        model.dispose()
        arrived++
      } catch {
        lost.push(name)
      }
    })
  }
  expect(arrived).toBeGreaterThan(200)
  // An embedding gains a type on the way: it stays at home.
  expect(lost.filter((name) => !name.includes('embedding'))).toEqual([])
}, 60_000)

test.each([
  'digits, MLP',
  'digits, CNN with batch normalisation and dropout',
  'signals, GRU',
  'signals, LSTM',
  'digits, separable convolutions',
  'digits, weight decay',
])('trains elsewhere as it does here, to the bit: %s', async (name) => {
  const { create, data } = programs.find((one) => one.name === name)!
  const portable = travelled((await portableOf(create))!)
  const examples = data(1)
  const train = async (subject: Subject) => {
    const program = await openProgram(subject, 42)
    const batches = minibatches(examples.train, { batchSize: 16, seed: 42 })
    const { losses } = await trainProgram(program, batches.next, { seed: 42, steps: 5 })
    const weights = bytesOf((program as unknown as { model: tf.LayersModel }).model.getWeights())
    batches.dispose()
    program.dispose()
    return { losses, weights }
  }
  expect(await train(() => madeAgain(portable))).toEqual(await train(create))
  disposeData(examples)
})

test('code does not travel', () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] })
  model.compile({ optimizer: 'sgd', loss: tf.losses.meanSquaredError as never })
  expect(portableProgram(model)).toBeUndefined()
  model.compile({ optimizer: 'sgd', loss: (y: tf.Tensor, p: tf.Tensor) => tf.sub(y, p).square().mean() })
  expect(portableProgram(model)).toBeUndefined()
  expect(portableProgram({})).toBeUndefined()
  model.dispose()
})

test('a model that would be another one is refused', async () => {
  const portable = (await portableOf(healthy[0]!.create))!
  const before = tf.memory().numTensors
  await expect(
    madeAgain({ ...portable, optimizer: { ...portable.optimizer, fields: { learningRate: 1 } } }),
  ).rejects.toThrow('another one')
  expect(tf.memory().numTensors).toBe(before)
})
