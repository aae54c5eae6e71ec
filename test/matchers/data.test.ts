import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { gatherExamples } from '../../src/training/examples.js'
import type { Examples } from '../../src/training/trainable.js'
import { classes } from '../programs/data.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const train = classes(300, 1)
const validation = classes(100, 2)
const xs = train.xs as tf.Tensor
const ys = train.ys as tf.Tensor
const classOf = ys.argMax(1).toFloat()
const labels = classOf.dataSync()
const byClass = Int32Array.from({ length: 300 }, (_, row) => row).sort((a, b) => labels[a]! - labels[b]!)
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )
/** Every matcher of the data stage on `examples`; `other` are to share nothing with them. */
const matchers: Record<string, (examples: Examples) => Promise<void>> = {
  toHaveFiniteValues: (examples) => expect(examples).toHaveFiniteValues(),
  toHaveNoDuplicates: (examples) => expect(examples).toHaveNoDuplicates(),
  toBeDisjointFrom: (examples) => expect(examples).toBeDisjointFrom(validation),
  toHaveBalancedClasses: (examples) => expect(examples).toHaveBalancedClasses(),
  toHaveConsistentLabels: (examples) => expect(examples).toHaveConsistentLabels(),
  toBeNormalized: (examples) => expect(examples).toBeNormalized(),
  toHaveNoOutliers: (examples) => expect(examples).toHaveNoOutliers(),
  toHaveNoTargetLeak: (examples) => expect(examples).toHaveNoTargetLeak(),
  toMatchLabelsOf: (examples) => expect(examples).toMatchLabelsOf(validation),
  toBeLabelledLike: (examples) => expect(examples).toBeLabelledLike(validation),
  toBeDistributedLike: (examples) => expect(examples).toBeDistributedLike(validation),
  toBeShuffled: (examples) => expect(examples).toBeShuffled({ batchSize: 16 }),
}

test.each(Object.entries(matchers))('healthy examples pass %s', (_name, matcher) =>
  expectNoNewTensors(() => matcher(train)),
)

test('examples that fail pass under .not', async () => {
  const twice = { xs: tf.concat([xs, xs]), ys: tf.concat([ys, ys]) }
  const flat = { xs, ys: tf.oneHot(tf.zeros([300], 'int32'), 4).toFloat() }
  const swapped = { xs: twice.xs, ys: tf.concat([ys, tf.gather(ys, [1, 2, 3, 0], 1)]) }
  const far = {
    xs: tf.tidy(() =>
      xs.add(
        tf
          .oneHot(tf.range(0, 300, 1, 'int32').equal(7).toInt(), 16)
          .slice([0, 1], [300, 1])
          .mul(1e6),
      ),
    ),
    ys,
  }
  const missing = { xs: tf.tidy(() => tf.log(xs)), ys }
  const sorted = gatherExamples(train, byClass)
  const near = classes(300, 1, { features: 3 })
  const others = classes(100, 2, { features: 3 })
  const renamed = { xs: near.xs, ys: tf.gather(near.ys as tf.Tensor, [1, 0, 3, 2], 1) }
  const apart = { xs: near.xs, ys: tf.reverse(near.ys as tf.Tensor, 0) }
  const brighter = { xs: tf.add(xs, 2), ys }
  const leaking = { xs: tf.concat([xs, classOf.expandDims(1)], 1), ys }
  await expectNoNewTensors(async () => {
    await expect(missing).not.toHaveFiniteValues()
    await expect(twice).not.toHaveNoDuplicates()
    await expect(train).not.toBeDisjointFrom(train)
    await expect(flat).not.toHaveBalancedClasses({ minRatio: 0.5 })
    await expect(swapped).not.toHaveConsistentLabels()
    await expect(train).not.toBeNormalized({ range: [0, 1] })
    await expect(train).not.toBeNormalized({ mean: 3, std: 1 })
    await expect(far).not.toHaveNoOutliers()
    await expect(leaking).not.toHaveNoTargetLeak()
    await expect(renamed).not.toMatchLabelsOf(others)
    await expect(apart).not.toBeLabelledLike(others)
    await expect(brighter).not.toBeDistributedLike(validation)
    await expect(sorted).not.toBeShuffled()
  })
})

describe('messages', () => {
  test('say what was measured and expected, why and what to try', async () => {
    const twice = { xs: tf.concat([xs, xs.slice(0, 2)]), ys: tf.concat([ys, ys.slice(0, 2)]) }
    const message = await messageOf(expect(twice).toHaveNoDuplicates())
    expect(message).toContain('2 examples of 302 (0.7 %) are copies of others: examples 0 = 300, 1 = 301.')
    expect(message).toMatch(/measured {2}copies 2 · pairs 2 · nearCopies 0/)
    expect(message).toMatch(/expected {2}copies 0 · pairsByChance 0/)
    expect(message).toMatch(/Likely cause: duplicates\n {2}why {2}.+\n {2}try {2}.+/)
    expect(message).toMatch(/no-duplicates · .*seed 42/)
  })

  test('under .not give the numbers', async () => {
    expect(await messageOf(expect(train).not.toHaveFiniteValues())).toMatch(
      /Expected this check to fail, but it passed\. All 6000 values of 2 tensors are finite\./,
    )
  })

  test('of a check that cannot run say so, also under .not', async () => {
    const numbers = { xs, ys: tf.randomNormal([300, 1]) }
    const reason = /toHaveBalancedClasses: Skipped: ys: the labels are numbers/
    await expect(messageOf(expect(numbers).toHaveBalancedClasses())).resolves.toMatch(reason)
    await expect(messageOf(expect(numbers).not.toHaveBalancedClasses())).resolves.toMatch(reason)
    const few = { xs: xs.slice(0, 20), ys: ys.slice(0, 20) }
    for (const [message, said] of [
      [messageOf(expect(numbers).not.toMatchLabelsOf(numbers)), 'no output has one class for each example'],
      [messageOf(expect(few).not.toBeLabelledLike(validation)), 'there are too few'],
      [messageOf(expect(few).not.toBeShuffled()), '20 examples are too few to tell an order'],
      [messageOf(expect(few).not.toHaveNoTargetLeak()), '20 examples are too few: a feature may fit them'],
    ] as const) {
      expect(await message).toMatch(/^to\w+: Skipped: /)
      expect(await message).toContain(said)
    }
  })
})

describe.each(Object.entries(matchers))('bad input to %s throws, also under .not', (name, matcher) => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a tensor', xs],
    ['fewer labels', { xs, ys: ys.slice(0, 299) }],
    ['an array', { xs: [[1, 2]], ys }],
    ['strings', { xs, ys: tf.fill([300, 1], 'cat', 'string') }],
  ])('%s', async (_input, examples) => {
    await expect(matcher(examples as Examples)).rejects.toThrow(/: got .*; wanted /)
    const negated = expect(examples).not as unknown as Record<string, (other?: Examples) => Promise<void>>
    await expect(negated[name]!(validation)).rejects.toThrow(/: got .*; wanted /)
  })
})

describe.each(['toBeDisjointFrom', 'toMatchLabelsOf', 'toBeLabelledLike', 'toBeDistributedLike'] as const)(
  '%s wants validation examples, also under .not',
  (name) => {
    test.each<[string, unknown, RegExp]>([
      ['nothing', undefined, /^validation: got undefined; wanted \{ xs, ys \}/],
      ['no labels', { xs }, /^validation: got an object with the keys xs; wanted/],
      ['fewer labels', { xs, ys: ys.slice(0, 299) }, /^validation\.ys: got 299 examples/],
      [
        'NaN',
        { xs: tf.mul(xs, Number.NaN), ys },
        /^validation\.xs: got 4800 of 4800 values that are not finite/,
      ],
      ['inputs of another width', { xs: xs.slice([0, 0], [300, 3]), ys }, /: got .*; wanted /],
    ])('%s', async (_input, others, said) => {
      await expect(expect(train)[name](others as Examples)).rejects.toThrow(said)
      await expect(expect(train).not[name](others as Examples)).rejects.toThrow(said)
    })
  },
)
