import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkLabelledAlike } from '../../../src/checks/data/labelled-alike.js'
import { checkSameDistribution } from '../../../src/checks/data/same-distribution.js'
import { disposeExamples } from '../../../src/training/examples.js'
import { mulberry32 } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'

/** Features that go together, as real ones do, and two quantities that depend on them. */
function examples(seed: number, count: number, { shift = 0, scale = 1 } = {}): Examples {
  const random = mulberry32(seed)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const rows = Array.from({ length: count }, () => {
    const [a, b] = [gauss(), gauss()]
    return [a, 0.8 * a + 0.6 * gauss(), b, 0.3 * gauss() - b]
  })
  return {
    xs: tf.tensor2d(rows),
    ys: tf.tensor2d(
      rows.map(([a, b, c]) => [
        scale * (a! + b! + 0.2 * gauss()) + shift,
        scale * (Math.sin(c!) - b!) + shift,
      ]),
    ),
  }
}

const reordered = (data: Examples, part: 'xs' | 'ys', order: number[]): Examples => {
  const tensor = data[part] as tf.Tensor
  const other = tf.gather(tensor, tf.tensor1d(order, 'int32'), 1)
  tensor.dispose()
  return { ...data, [part]: other }
}

type Check = typeof checkLabelledAlike | typeof checkSameDistribution

async function examine(check: Check, seed: number, change: (data: Examples) => Examples) {
  const [train, validation] = [examples(seed, 400), change(examples(seed + 1000, 200))]
  const { status, causes } = await check(train, validation, { seed })
  disposeExamples(train)
  disposeExamples(validation)
  return { status, cause: causes[0]?.name }
}

const seeds = Array.from({ length: 30 }, (_, i) => i + 1)

test.each([
  ['labelled-alike', checkLabelledAlike],
  ['same-distribution', checkSameDistribution],
] as Array<[string, Check]>)(
  '%s: splits of one source raise no alarm, under thirty seeds',
  async (_, check) => {
    for (const seed of seeds) expect((await examine(check, seed, (data) => data)).status).toBe('passed')
  },
)

describe('one split is of other columns', () => {
  test('inputs in another order', async () => {
    const causes = []
    for (const seed of seeds) {
      causes.push(
        (await examine(checkLabelledAlike, seed, (data) => reordered(data, 'xs', [2, 3, 0, 1]))).cause,
      )
    }
    expect(causes).toEqual(seeds.map(() => 'augmentation-shift'))
  })

  test('targets in another order', async () => {
    for (const seed of seeds) {
      const found = await examine(checkLabelledAlike, seed, (data) => reordered(data, 'ys', [1, 0]))
      expect(found).toEqual({ status: 'failed', cause: 'label-map-mismatch' })
    }
  })
})

test('targets in other units are found', async () => {
  for (const seed of seeds.slice(0, 10)) {
    const [train, validation] = [examples(seed, 400), examples(seed + 1000, 200, { shift: 3, scale: 1.1 })]
    const { status, causes } = await checkSameDistribution(train, validation, { seed })
    disposeExamples(train)
    disposeExamples(validation)
    expect([status, causes[0]?.name]).toEqual(['failed', 'label-map-mismatch'])
  }
})

test('a trend, of inputs and targets together, is no shift', async () => {
  for (const seed of seeds.slice(0, 10)) {
    const [train, validation] = [examples(seed, 400), examples(seed + 1000, 200, { shift: 3 })]
    const later = { xs: tf.add(validation.xs as tf.Tensor, 2), ys: validation.ys }
    const { status, summary } = await checkSameDistribution(train, later, { seed })
    for (const data of [train, validation, later]) disposeExamples(data)
    expect(status, summary).toBe('passed')
  }
})
