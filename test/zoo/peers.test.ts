import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { peers } from '../../bench/peers/index.js'
import { faulty, healthy } from '../../fixtures/zoo/index.js'

/** A fault that each tool is published to detect, and the cause that leads to it. */
const detected = [
  ['UMLAUT', 'moons, MLP: missing normalisation', 'unnormalized-inputs'],
  ['UMLAUT', 'moons, MLP: high learning rate', 'learning-rate-too-high'],
  ['AutoTrainer', 'digits, MLP: high learning rate', 'learning-rate-too-high'],
  ['DeepLocalize', 'digits, MLP: missing normalisation', 'dead-units'],
  ['DeepDiagnosis', 'digits, MLP: missing softmax', 'missing-softmax'],
  ['TheDeepChecker', 'moons, MLP: missing normalisation', 'unnormalized-inputs'],
] as const

const toolNamed = (name: string) => peers.find((tool) => tool.name === name)!

test.each(detected)('%s finds what is wrong with %s', async (name, program, cause) => {
  const before = tf.memory().numTensors
  const verdict = await toolNamed(name).examine(faulty.find((one) => one.name === program)!, 1)
  expect(tf.memory().numTensors).toBe(before)
  expect(verdict.detected).toBe(true)
  expect(verdict.causes.flat()).toContain(cause)
})

test.each(peers.map((tool) => [tool.name, tool] as const))(
  '%s looks at healthy programs without an error or a leak',
  async (_name, tool) => {
    for (const name of ['cars, MLP', 'moons, MLP']) {
      const before = tf.memory().numTensors
      const verdict = await tool.examine(healthy.find((program) => program.name === name)!, 1)
      expect(tf.memory().numTensors).toBe(before)
      expect(verdict.said.filter((words) => words.startsWith('the training throws'))).toEqual([])
      expect(verdict.causes.length).toBe(verdict.said.length)
    }
  },
)
