import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkConsistentLabels } from '../../src/checks/data/consistent-labels.js'
import { checkDisjoint } from '../../src/checks/data/disjoint.js'
import { checkNoDuplicates } from '../../src/checks/data/duplicates.js'
import { runRecipe } from '../../src/checks/index.js'
import type { CheckResult } from '../../src/checks/result.js'
import { disposeExamples, gatherExamples } from '../../src/training/examples.js'
import type { Examples } from '../../src/training/trainable.js'
import { classes, digitVectors } from '../programs/data.js'
import { compiled } from '../programs/healthy.js'

const untimed = ({ seconds: _, ...result }: CheckResult) => result

/** Every tenth example is the one before it. */
function withCopies(examples: Examples): Examples {
  const count = (examples.xs as tf.Tensor).shape[0]!
  const copied = gatherExamples(
    examples,
    Int32Array.from({ length: count }, (_, i) => (i % 10 === 9 ? i - 1 : i)),
  )
  disposeExamples(examples)
  return copied
}

const named = ({ xs, ys }: Examples, names: readonly string[]): Examples => {
  const [left, right] = tf.split(xs as tf.Tensor2D, 2, 1) as [tf.Tensor2D, tf.Tensor2D]
  const parts: Record<string, tf.Tensor> = { left, right }
  return { xs: Object.fromEntries(names.map((name) => [name, parts[name]!])), ys }
}

test.each<[string, Examples, Examples]>([
  ['pictures', withCopies(digitVectors(200, 1)), digitVectors(80, 1)],
  ['a table', withCopies(classes(300, 1)), classes(90, 2)],
  [
    'names in another order',
    named(withCopies(classes(300, 1)), ['left', 'right']),
    named(classes(300, 1), ['right', 'left']),
  ],
  [
    'other types',
    withCopies(classes(300, 1)),
    { ...classes(90, 2), xs: tf.tidy(() => (classes(90, 1).xs as tf.Tensor).toInt()) },
  ],
])('checks of a recipe find in %s what each finds by itself', async (_name, train, validation) => {
  const create = () => compiled([tf.layers.dense({ inputShape: [16], units: 4, activation: 'softmax' })])
  const only = ['no-duplicates', 'disjoint', 'consistent-labels']
  const { results } = await runRecipe({ create, train, validation }, { only, seed: 3 })
  const options = { seed: 3, maxShare: 0.02 }
  expect(results.map(untimed)).toEqual(
    [
      await checkNoDuplicates(train, options),
      await checkDisjoint(train, validation, options),
      await checkConsistentLabels(train, options),
    ].map(untimed),
  )
})

test('a check by itself sees numbers that were changed', async () => {
  const values = new Float32Array((classes(100, 1).xs as tf.Tensor).dataSync())
  const train = () => ({ xs: tf.tensor2d(values, [100, 16]), ys: classes(100, 1).ys })
  expect((await checkNoDuplicates(train(), {})).measured.copies).toBe(0)
  values.copyWithin(16, 0, 16)
  expect((await checkNoDuplicates(train(), {})).measured.copies).toBe(1)
})
