import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/recipe.js'
import { sliceExamples } from '../../src/training/examples.js'
import type { Examples } from '../../src/training/trainable.js'
import { variations } from '../../src/variations/index.js'
import { classes, smallDigits } from '../programs/data.js'
import { classifier } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { free, recipeOf, trainFive } from './programs.js'

const train = classes(40, 1)
const more = classes(10, 3)
const recipe: Recipe = { create: classifier, train, batchSize: 8 }

const load = async ({ train: source }: Recipe): Promise<Examples> =>
  typeof source === 'function' ? source() : source
const rows = ({ xs }: Examples) => (xs as tf.Tensor2D).arraySync().map((row) => row.join())
async function rowsOf(varied: Recipe): Promise<string[]> {
  const examples = await load(varied)
  const found = rows(examples)
  free(examples)
  return found
}

describe('withMoreData', () => {
  test('appends examples, given or loaded', async () => {
    await expectNoNewTensors(async () => {
      const varied = variations.withMoreData(more)(recipe)
      expect(varied).toEqual({ ...recipe, train: varied.train })
      expect(await rowsOf(varied)).toEqual([...rows(train), ...rows(more)])
      await trainFive(varied)
    })
    expect(await rowsOf(variations.withMoreData(() => more)(recipe))).toHaveLength(50)
  })

  test('of a share: smaller shares are part of larger ones, in the order given', async () => {
    await expectNoNewTensors(async () => {
      const of = (share: number) => rowsOf(variations.withMoreData({ share })(recipe))
      const [quarter, half, all] = [await of(0.25), await of(0.5), await of(1)]
      expect([quarter.length, half.length]).toEqual([10, 20])
      expect(half).toEqual(expect.arrayContaining(quarter))
      expect(half).toEqual(all.filter((row) => half.includes(row)))
      expect(all).toEqual(rows(train))
      expect(await rowsOf(variations.withMoreData({ examples: 10 })(recipe))).toEqual(quarter)
    })
  })

  test('gives examples without weights the weight 1 beside weighted ones', async () => {
    const weighted = { ...train, sampleWeight: tf.fill([40], 0.5) }
    const varied = await load(variations.withMoreData(more)({ ...recipe, train: weighted }))
    expect([...(varied.sampleWeight as tf.Tensor).dataSync()]).toEqual([
      ...Array(40).fill(0.5),
      ...Array(10).fill(1),
    ])
  })

  test.each([
    [{ share: 0 }, 'withMoreData: share'],
    [{ share: 1.5 }, 'withMoreData: share'],
    [{ examples: 2.5 }, 'withMoreData: examples'],
    [null, 'withMoreData'],
  ])('refuses %o', (data, message) => {
    expect(() => variations.withMoreData(data as never)).toThrow(message)
  })

  test('refuses more than there is, and other shapes', async () => {
    await expectNoNewTensors(async () => {
      await expect(load(variations.withMoreData({ examples: 41 })(recipe))).rejects.toThrow('at most the 40')
    })
    await expect(load(variations.withMoreData(smallDigits(4, 1))(recipe))).rejects.toThrow(
      'withMoreData: xs: got float32 [n, 14, 14, 1]; wanted the shapes of the others: float32 [n, 16]',
    )
  })
})

describe('what a loader gave', () => {
  test('is not freed while the loader keeps it', async () => {
    const kept = sliceExamples(train, 0, 20)
    const varied = variations.withMoreData({ share: 0.5 })({ ...recipe, train: () => kept })
    await expectNoNewTensors(async () => {
      expect(await rowsOf(varied)).toEqual(await rowsOf(varied))
    })
    expect(rows(kept)).toHaveLength(20)
    free(kept)
  })

  test('is freed when the next call gives other tensors; between variations at once', async () => {
    const varied = variations.withMoreData({ share: 0.5 })(
      variations.withMoreData(more)({ ...recipe, train: () => sliceExamples(train, 0, 20) }),
    )
    await rowsOf(varied)
    await expectNoNewTensors(async () => {
      await rowsOf(varied)
      await rowsOf(varied)
    })
  })
})

describe('withSyntheticData', () => {
  test('appends examples, given or made from the training examples, the same at every call', async () => {
    await expectNoNewTensors(async () => {
      expect(await rowsOf(variations.withSyntheticData(more)(recipe))).toEqual([
        ...rows(train),
        ...rows(more),
      ])
      const noisy = variations.withSyntheticData(({ xs, ys }) =>
        tf.tidy(() => ({ xs: (xs as tf.Tensor).add(tf.randomNormal([40, 16])), ys: ys as tf.Tensor })),
      )(recipe)
      const found = await rowsOf(noisy)
      expect(found.slice(0, 40)).toEqual(rows(train))
      expect(new Set(found).size).toBe(80)
      expect(await rowsOf(noisy)).toEqual(found)
      await trainFive(noisy)
    })
  })

  test('refuses what is no examples', async () => {
    expect(() => variations.withSyntheticData(3 as never)).toThrow('withSyntheticData: got 3')
    await expect(load(variations.withSyntheticData(() => 3 as never)(recipe))).rejects.toThrow(
      'what the function of withSyntheticData returned',
    )
  })
})

describe('withSmallerInput', () => {
  const digits: Recipe = { ...recipeOf('CNN'), capacities: [recipeOf('CNN').create] }

  test('averages pixels, in training and validation, and for every capacity', async () => {
    await expectNoNewTensors(async () => {
      const varied = variations.withSmallerInput(0.5)(digits)
      const examples = await load(varied)
      const wanted = tf.tidy(() =>
        tf.avgPool((digits.train as Examples).xs as tf.Tensor4D, 2, 2, 'valid').arraySync(),
      )
      expect(await (examples.xs as tf.Tensor).array()).toEqual(wanted)
      free(examples)
      const model = (await varied.capacities![0]!()) as tf.LayersModel
      expect(model.inputs[0]!.shape).toEqual([null, 7, 7, 1])
      model.dispose()
      model.optimizer.dispose()
      await trainFive(varied)
    })
  })

  test('keeps the mean of a picture at any size', async () => {
    const means = async (to: number | [number, number]) => {
      const { xs } = await load(variations.withSmallerInput(to)(digits))
      return [(xs as tf.Tensor).shape.slice(1, 3), tf.mean(xs as tf.Tensor).dataSync()[0]!] as const
    }
    const whole = tf.mean((digits.train as Examples).xs as tf.Tensor).dataSync()[0]!
    for (const [to, size] of [
      [0.7, [10, 10]],
      [[6, 9] as [number, number], [6, 9]],
      [0.3, [4, 4]],
    ] as const) {
      const [shape, mean] = await means(to as number)
      expect(shape).toEqual(size)
      expect(Math.abs(mean - whole)).toBeLessThan(0.05 * whole)
    }
  })

  test.each([
    ['a table', recipe, 0.5, 'wanted images'],
    ['a larger size', digits, [20, 20], 'a smaller size'],
  ] as const)('refuses %s', async (_, given, to, message) => {
    await expect(load(variations.withSmallerInput(to as number)(given))).rejects.toThrow(message)
  })

  test.each([0, 1, 2, [3], 'half'])('refuses %s', (to) => {
    expect(() => variations.withSmallerInput(to as number)).toThrow('withSmallerInput: got')
  })

  test('refuses a picture too small for the layers', async () => {
    await expectNoNewTensors(async () => {
      await expect(trainFive(variations.withSmallerInput([2, 2])(digits))).rejects.toThrow('withSmallerInput')
    })
  })
})

describe('withoutFeatures', () => {
  test('leaves out columns', async () => {
    const wanted = ((train.xs as tf.Tensor2D).arraySync() as number[][]).map((row) =>
      row.filter((_, column) => column !== 0 && column !== 15).join(),
    )
    await expectNoNewTensors(async () => {
      expect(await rowsOf(variations.withoutFeatures([0, 15])(recipe))).toEqual(wanted)
      await trainFive(variations.withoutFeatures([0, 15])(recipe))
    })
  })

  const halves = recipeOf('two inputs')
  test('leaves out inputs by name', async () => {
    const varied = variations.withoutFeatures(['left'])(halves)
    await expectNoNewTensors(async () => {
      const examples = await load(varied)
      expect(Object.keys(examples.xs)).toEqual(['right'])
      free(examples)
      await trainFive(varied)
    })
  })

  test.each([
    [[16], recipe, 'column 16 of an input with 16'],
    [Array.from({ length: 16 }, (_, i) => i), recipe, 'all 16 columns'],
    [['left'], recipe, 'xs by name'],
    [['middle'], halves, 'no input called "middle"; wanted one of left, right'],
    [[0], halves, 'columns by input'],
    [{ middle: [0] }, halves, 'no input called "middle"'],
  ] as Array<[string[], Recipe, string]>)('refuses %o', async (features, given, message) => {
    await expectNoNewTensors(async () => {
      await expect(load(variations.withoutFeatures(features)(given))).rejects.toThrow(message)
    })
  })

  test('refuses all inputs', async () => {
    await expect(trainFive(variations.withoutFeatures(['left', 'right'])(halves))).rejects.toThrow(
      'all inputs',
    )
  })

  test.each([[[]], [[-1]], [{}], [{ left: [] }], [3]])('refuses %o at once', (features) => {
    expect(() => variations.withoutFeatures(features as never)).toThrow('withoutFeatures: got')
  })
})
