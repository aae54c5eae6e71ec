import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkPredictsWithin, checkTrainsAtLeast } from '../../src/checks/index.js'
import { readBaseline, writeBaseline } from '../../src/speed/baselines.js'
import { sampleRatio, sampleTime } from '../../src/speed/sampling.js'
import { referenceWork } from '../../src/speed/work.js'
import { medianInterval } from '../../src/statistics/median-interval.js'
import { mulberry32 } from '../../src/training/seed.js'

describe('the median and its limits', () => {
  test('cover the median of a skewed distribution in 99 % of samples', () => {
    const random = mulberry32(1)
    const lognormal = () =>
      Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
    let missed = 0
    for (let i = 0; i < 2000; i++) {
      const { low, high } = medianInterval(Array.from({ length: 40 }, lognormal))
      if (low > 1 || high < 1) missed++
    }
    expect(missed / 2000).toBeLessThan(0.02)
  })

  test('are not moved by outliers', () => {
    const values = Array.from({ length: 40 }, (_, i) => 10 + i / 100)
    const spoiled = values.map((value, i) => (i % 10 === 0 ? 1e6 : value))
    expect(medianInterval(spoiled).high).toBeLessThan(11)
  })

  test('of few values are the smallest and the largest', () => {
    expect(medianInterval([3, 1, 2])).toEqual({ low: 1, middle: 2, high: 3 })
    expect(medianInterval([5])).toEqual({ low: 5, middle: 5, high: 5 })
    expect(medianInterval([]).middle).toBeNaN()
  })
})

const control = { seconds: 2, relativeError: 0.05 }
/** Work that takes its time whatever the machine does. */
const busy = (milliseconds: number) => async (times: number) => {
  const until = performance.now() + times * milliseconds
  while (performance.now() < until);
}

/** Work of so many additions. */
const spin = (additions: number) => async (times: number) => {
  let sum = 0
  for (let i = 0; i < times * additions; i++) sum += i % 7
  if (sum < 0) throw new Error('for the compiler: the sum is used')
}

describe('sampling', () => {
  test('a time', async () => {
    const { middle, low, high, samples } = await sampleTime(busy(2), control)
    expect(middle).toBeGreaterThanOrEqual(2)
    expect(middle).toBeLessThan(20)
    expect(low).toBeLessThanOrEqual(middle)
    expect(high).toBeGreaterThanOrEqual(middle)
    expect(samples).toBeGreaterThanOrEqual(24)
  })

  test('a ratio, also of work much shorter than the clock', async () => {
    const { middle } = await sampleRatio(spin(3_000_000), spin(1_000_000), control)
    expect(middle).toBeGreaterThan(2)
    expect(middle).toBeLessThan(4.5)
    const { middle: one } = await sampleRatio(spin(1000), spin(1000), control)
    expect(one).toBeGreaterThan(0.5)
    expect(one).toBeLessThan(2)
  })

  test('ends in time', async () => {
    const started = performance.now()
    await sampleTime(busy(1), { seconds: 60, relativeError: 1e-9, deadline: started + 500 })
    expect(performance.now() - started).toBeLessThan(1500)
  })

  test('errors of the work come through', async () => {
    const fails = async () => {
      throw new Error('out of order')
    }
    await expect(sampleTime(fails, control)).rejects.toThrow('out of order')
  })

  test('the reference work leaves nothing behind', async () => {
    const before = tf.memory().numTensors
    const { work, dispose } = referenceWork()
    await work(3)
    dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

const create = () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [4], activation: 'softmax' })],
  })
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  return model
}
const batch = { xs: tf.ones([8, 4]), ys: tf.tensor2d([[0, 1]]).tile([8, 1]) }

describe('checks', () => {
  test('what is fast enough passes, what is not fails and says why', async () => {
    const before = tf.memory().numTensors
    const passed = await checkTrainsAtLeast(create, batch, { examplesPerSecond: 1, seconds: 1 })
    expect(passed).toMatchObject({ status: 'passed', check: 'trains-at-least', causes: [] })
    const failed = await checkTrainsAtLeast(create, batch, { examplesPerSecond: 1e12, seconds: 1 })
    expect(failed.status).toBe('failed')
    expect(failed.causes[0]).toMatchObject({ name: 'too-slow' })
    expect(failed.causes[0]!.evidence).toMatch(
      /a step of 8 examples takes [\d.]+ ms, a prediction [\d.]+ ms of it/,
    )
    expect((await checkPredictsWithin(create, batch, { milliseconds: 1e6, seconds: 1 })).status).toBe(
      'passed',
    )
    expect((await checkPredictsWithin(create, batch, { milliseconds: 1e-6, seconds: 1 })).status).toBe(
      'failed',
    )
    expect(tf.memory().numTensors).toBe(before)
  })

  test.each([
    ['examplesPerSecond', { examplesPerSecond: 0 }],
    ['examplesPerSecond', { examplesPerSecond: Number.NaN }],
    ['seconds', { examplesPerSecond: 1, seconds: -1 }],
    ['relativeError', { examplesPerSecond: 1, relativeError: 0 }],
  ])('%s that is none is refused', async (name, options) => {
    await expect(checkTrainsAtLeast(create, batch, options)).rejects.toThrow(`options.${name}`)
  })
})

describe('baselines', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'speed-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const baseline = (middle: number) => ({
    ratio: { low: middle - 0.1, middle, high: middle + 0.1 },
    examplesPerSecond: 1234.567,
  })

  test('are kept by name and by machine, and others stay', () => {
    const file = join(folder, '__speed__/a.test.ts.json')
    expect(readBaseline(file, 'cnn', 'one')).toBeUndefined()
    writeBaseline(file, 'cnn', 'one', baseline(2))
    writeBaseline(file, 'cnn', 'two', baseline(3))
    writeBaseline(file, 'a', 'one', baseline(4))
    expect(readBaseline(file, 'cnn', 'one')).toEqual({ ...baseline(2), examplesPerSecond: 1235 })
    expect(readBaseline(file, 'cnn', 'two')?.ratio.middle).toBe(3)
    expect(readBaseline(file, 'a', 'two')).toBeUndefined()
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).speeds)).toEqual(['a', 'cnn'])
  })

  test.each(['', '{', '[]', '{"version":2,"speeds":{}}', '<<<<<<< ours'])(
    'a file that says %j is not overwritten',
    (text) => {
      const file = join(folder, 'x.json')
      writeFileSync(file, text)
      expect(() => readBaseline(file, 'cnn', 'one')).toThrow('Restore it, or delete it')
      expect(() => writeBaseline(file, 'cnn', 'one', baseline(2))).toThrow('Restore it, or delete it')
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )

  test('a damaged entry counts as none', () => {
    const file = join(folder, 'x.json')
    writeFileSync(file, JSON.stringify({ version: 1, speeds: { cnn: { one: { ratio: { low: 'x' } } } } }))
    expect(readBaseline(file, 'cnn', 'one')).toBeUndefined()
  })
})
