import { afterAll, beforeAll, expect, test } from 'vitest'
import { VitestFolder } from '../snapshots/run-vitest.js'

/** A model whose steps do so many times more work as `SLOWER` says. */
const suite = (root: string) => `
  import * as tf from '@tensorflow/tfjs'
  import { expect, test } from 'vitest'
  import { toMatchSpeed } from '${root}/src/matchers/speed.ts'
  expect.extend({ toMatchSpeed })
  const on = { xs: tf.ones([8, 4]), ys: tf.ones([8, 1]) }
  const slower = Number(process.env.SLOWER ?? 0)
  const matrix = tf.ones([96, 96])
  const work = (times) => { for (let i = 0; i < times; i++) tf.matMul(matrix, matrix).dispose() }
  const create = () => {
    const weight = tf.variable(tf.ones([4, 1]))
    return {
      predict: (xs) => tf.matMul(xs, weight),
      loss: () => tf.scalar(0),
      step: () => { work(2 * (1 + slower)); return tf.scalar(0) },
      weights: () => ({ weight }),
      dispose: () => weight.dispose(),
    }
  }
  test('speed', () => expect(create).toMatchSpeed('loop', { on, seconds: 1.5 }), 60_000)
`
const folder = new VitestFolder()
beforeAll(() => folder.write('net.test.ts', suite(process.cwd())))
afterAll(() => folder.remove())
const speeds = () => folder.read('__speed__/net.test.ts.json').toString()

test('a new machine records, also in CI; the same passes; slower fails by name; -u records anew', async () => {
  const first = await folder.run({ env: { CI: '1' } })
  expect(first.code).toBe(0)
  const recorded = speeds()
  expect(Object.keys(JSON.parse(recorded).speeds.loop)).toHaveLength(1)

  expect((await folder.run({ env: { CI: '1' } })).code).toBe(0)
  expect(speeds()).toBe(recorded)

  const slower = await folder.run({ env: { SLOWER: '1' } })
  expect(slower.code).toBe(1)
  expect(slower.output).toMatch(/A training step is \d+(\.\d+)? % slower than its baseline; 10 % are allowed/)
  expect(slower.output).toContain('slower-than-before')
  expect(slower.output).toMatch(/examples per second then, [\d.]+ now/)
  expect(speeds()).toBe(recorded)

  expect((await folder.run({ args: ['-u'], env: { SLOWER: '1' } })).code).toBe(0)
  expect(speeds()).not.toBe(recorded)
})
