import * as tf from '@tensorflow/tfjs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { registerDatasetShuffle } from '../../../src/backend/kernels/dataset-shuffle.js'
import { locateNativeAddon } from '../../../src/backend/locate.js'
import { selectBackend } from '../../../src/backend/select.js'
import { randomNumbers } from './gradient-error.js'

const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'
let backendBefore: string | undefined

beforeAll(() => {
  backendBefore = tf.getBackend()
})

afterEach(() => {
  vi.restoreAllMocks()
})

afterAll(async () => {
  if (backendBefore) await tf.setBackend(backendBefore)
})

const seedMathRandom = (seed: number) => vi.spyOn(Math, 'random').mockImplementation(randomNumbers(seed))

describe('Dataset.shuffle', () => {
  const shuffled = async (seed?: string) =>
    (
      await tf.data
        .array([...'abcdefghij'])
        .shuffle(10, seed)
        .toArray()
    ).join('')

  beforeAll(() => {
    registerDatasetShuffle()
    registerDatasetShuffle()
  })

  it('without a seed follows Math.random', async () => {
    seedMathRandom(1)
    const first = await shuffled()
    const next = await shuffled()
    seedMathRandom(1)
    expect(await shuffled()).toBe(first)
    expect(next).not.toBe(first)
  })

  it('with a seed keeps to it, and 0 is a seed', async () => {
    expect(await shuffled('3')).toBe(await shuffled('3'))
    const zero = 0 as unknown as string
    expect(await shuffled(zero)).toBe(await shuffled(zero))
  })

  it('rejects what it rejected before', () => {
    expect(() => tf.data.array([1]).shuffle(-1)).toThrow('bufferSize')
  })
})

describe.runIf(isNativeHere)('multinomial on tensorflow', () => {
  beforeAll(async () => {
    await selectBackend({ backend: 'tensorflow', root: process.cwd() })
  })

  const draw = (logits: tf.Tensor2D, samples: number, seed?: number, normalized?: boolean) =>
    tf.tidy(() => {
      const drawn = tf.multinomial(logits, samples, seed, normalized)
      return { shape: drawn.shape, dtype: drawn.dtype, values: [...drawn.dataSync()] }
    })

  it('repeats itself for a seed, also below 1', () => {
    const logits = tf.zeros([2, 6]) as tf.Tensor2D
    for (const seed of [5, 0.25]) expect(draw(logits, 20, seed)).toEqual(draw(logits, 20, seed))
    expect(draw(logits, 20, 0.25)).not.toEqual(draw(logits, 20, 0.75))
    logits.dispose()
  })

  it('without a seed follows Math.random', () => {
    const logits = tf.zeros([1, 6]) as tf.Tensor2D
    seedMathRandom(1)
    const first = draw(logits, 20)
    const next = draw(logits, 20)
    seedMathRandom(1)
    expect(draw(logits, 20)).toEqual(first)
    expect(next).not.toEqual(first)
    logits.dispose()
  })

  it('draws each row in proportion to its probabilities, independently of the others', () => {
    const before = tf.memory().numTensors
    const probabilities = [0.1, 0, 0.6, 0.3]
    const given = tf.tensor2d([probabilities, probabilities])
    for (const normalized of [true, false]) {
      const input = normalized ? given.clone() : (tf.log(given) as tf.Tensor2D)
      const { shape, dtype, values } = draw(input, 4000, 11, normalized)
      input.dispose()
      expect({ shape, dtype }).toEqual({ shape: [2, 4000], dtype: 'int32' })
      const rows = [values.slice(0, 4000), values.slice(4000)]
      for (const row of rows) {
        const shares = probabilities.map(
          (_, outcome) => row.filter((drawn) => drawn === outcome).length / 4000,
        )
        for (const [outcome, share] of shares.entries()) expect(share).toBeCloseTo(probabilities[outcome]!, 1)
        expect(shares[1]).toBe(0)
      }
      expect(rows[0]).not.toEqual(rows[1])
    }
    given.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
