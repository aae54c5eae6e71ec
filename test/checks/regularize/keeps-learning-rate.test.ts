import { describe, expect, test } from 'vitest'
import { checkKeepsLearningRate, type Schedule } from '../../../src/checks/index.js'

const steps = 3000
const warm = (up: number, then: Schedule): Schedule => {
  return (step) => (step < up ? (then(up) * (step + 1)) / up : then(step))
}
const cosine = (step: number, of = steps) => 0.5 * (1 + Math.cos((Math.PI * step) / of))
/** 30 epochs of 100 steps. */
const epoch = (step: number) => Math.floor(step / 100)

describe('schedules that train with a decay pass', () => {
  const schedules: Record<string, Schedule> = {
    constant: () => 1e-3,
    cosine: (step) => 1e-3 * cosine(step),
    'cosine to a tenth, with warm-up': warm(100, (step) => 6e-4 * (0.1 + 0.9 * cosine(step))),
    'cosine with restarts': (step) => cosine(step % 500, 500),
    'cosine with restarts, each twice as long': (step) => {
      const [start, length] = step < 400 ? [0, 400] : step < 1200 ? [400, 800] : [1200, 1800]
      return cosine(step - start, length)
    },
    linear: (step) => 1e-3 * (1 - step / steps),
    'linear, with warm-up': warm(300, (step) => 1e-3 * (1 - step / steps)),
    '1 / sqrt, with warm-up': (step) => Math.min((step + 1) ** -0.5, (step + 1) * 200 ** -1.5),
    'a tenth at half': (step) => (step < steps / 2 ? 0.1 : 0.01),
    'a tenth at a third and at two thirds': (step) => 0.1 * 0.1 ** Math.floor((3 * step) / steps),
    'exponential per epoch': (step) => 1e-3 * 0.9 ** epoch(step),
    'one cycle': (step) => (step < 900 ? 0.04 + step / 900 : cosine(step - 900, 2100)),
    triangles: (step) => 0.1 + Math.abs(((step / 250) % 2) - 1),
  }
  test.each(Object.keys(schedules))('%s', async (name) => {
    const result = await checkKeepsLearningRate(schedules[name]!, { steps })
    expect(result, result.summary).toMatchObject({ status: 'passed', causes: [], stage: 'tune' })
  })

  test.each([1, 2, 3, 10])('cosine and linear over %s steps', async (count) => {
    for (const schedule of [(step: number) => cosine(step, count), (step: number) => 1 - step / count]) {
      expect((await checkKeepsLearningRate(schedule, { steps: count })).status).toBe('passed')
    }
  })
})

describe('schedules that decay early fail, and say when', () => {
  const schedules: Record<string, [Schedule, number, RegExp]> = {
    'exponential per step instead of per epoch': [
      (step) => 1e-3 * 0.9 ** step,
      22,
      /every step multiplies the rate by 0\.9, .* over the whole run/,
    ],
    'cosine made for a tenth of the steps': [
      (step) => (step < 300 ? cosine(step, 300) : 0),
      239,
      /0 from step 300 on/,
    ],
    'linear to 0 at a third': [(step) => Math.max(0, 1 - step / 1000), 901, /0 from step 1000 on/],
    'a hundredth at a quarter': [
      (step) => (step < 750 ? 0.1 : 0.001),
      750,
      /below 10 % of it from step 750 of 3000/,
    ],
    'a tenth every ten epochs, counted in steps': [
      (step) => 0.1 ** Math.floor(step / 10),
      20,
      /from step 20/,
    ],
    'warm-up, then 1 / step': [warm(50, (step) => 1 / step), 501, /from step 501/],
    'back only at the end': [(step) => (step < 300 || step > 2900 ? 1 : 0.01), 300, /from step 300/],
  }
  test.each(Object.keys(schedules))('%s', async (name) => {
    const [schedule, step, evidence] = schedules[name]!
    const result = await checkKeepsLearningRate(schedule, { steps })
    expect(result).toMatchObject({ status: 'failed', measured: { step } })
    expect(result.causes[0]).toMatchObject({
      name: 'schedule-decays-early',
      evidence: expect.stringMatching(evidence),
    })
  })

  test('a rate of 0 is told apart', async () => {
    const { status, causes } = await checkKeepsLearningRate(() => 0, { steps })
    expect({ status, cause: causes[0]?.name }).toEqual({ status: 'failed', cause: 'learning-rate-too-low' })
  })
})

test('until and least move the line', async () => {
  const third = (step: number) => (step < 1000 ? 1 : 0.05)
  const statusOf = async (options: object) =>
    (await checkKeepsLearningRate(third, { steps, ...options })).status
  expect(await statusOf({})).toBe('failed')
  expect(await statusOf({ until: 0.33 })).toBe('passed')
  expect(await statusOf({ least: 0.05 })).toBe('passed')
})

test.each([
  ['NaN', (step: number) => (step < 7 ? 1 : Number.NaN), /schedule: got NaN at step 7/],
  ['a negative rate', (step: number) => 1 - step, /schedule: got -1 at step 2/],
  ['text', () => '0.1', /schedule: got "0\.1" at step 0/],
  ['nothing', undefined, /subject: got undefined; wanted a function/],
])('%s is refused', async (_, schedule, message) => {
  await expect(checkKeepsLearningRate(schedule as Schedule, { steps })).rejects.toThrow(message)
})

test.each([
  [undefined, /options\.steps/],
  [{ steps: 0 }, /options\.steps/],
  [{ steps, until: 0 }, /options\.until/],
  [{ steps, least: 2 }, /options\.least/],
])('the options %o are refused', async (options, message) => {
  await expect(checkKeepsLearningRate(() => 1, options as { steps: number })).rejects.toThrow(message)
})
