import { describe, expect, test } from 'vitest'
import { accuracyOf } from '../../src/statistics/attainable-loss.js'
import { mean, median, standardError } from '../../src/statistics/estimates.js'
import { type InitOutput, initLossRange, zeroHeadLoss } from '../../src/statistics/init-loss.js'
import type { LossKind, Reduction, Rows } from '../../src/statistics/losses.js'
import { overfitGoal } from '../../src/statistics/overfit-goal.js'
import { oneHotRows } from '../../src/statistics/rows.js'
import { skillOf } from '../../src/statistics/skill.js'
import { oneHots, rowsOf } from './random-rows.js'

const output = (
  kind: LossKind,
  labels: Rows,
  predictions: Rows = labels,
  reduction: Reduction = 'mean',
): InitOutput => ({
  loss: { kind, sparse: false, reduction },
  labels,
  predictions,
})
const unknown: InitOutput = { loss: undefined, labels: rowsOf([[1]]), predictions: rowsOf([[1]]) }
const distinct = (count: number) => Int32Array.from({ length: count }, (_, i) => i)
const yesNo = rowsOf([[1], [0], [0], [0]])
const four = oneHots(40, 4, 1)

describe('the loss with the head zeroed is', () => {
  test.each<[string, InitOutput[], number | undefined]>([
    ['log C', [output('categoricalCrossentropy', four)], Math.log(4)],
    ['log C on logits', [output('softmaxCrossEntropy', four)], Math.log(4)],
    ['log 2', [output('binaryCrossentropy', yesNo)], Math.LN2],
    ['log 2 on logits', [output('sigmoidCrossEntropy', yesNo)], Math.LN2],
    [
      'the mean square of the targets, when the head predicts 0',
      [output('meanSquaredError', rowsOf([[1], [3]]), rowsOf([[0], [0]]))],
      5,
    ],
    [
      '(C − 1) / C² for the squared error on a softmax',
      [output('meanSquaredError', four, rowsOf(new Array(40).fill([0.25, 0.25, 0.25, 0.25])))],
      3 / 16,
    ],
    [
      '1 for the categorical hinge',
      [output('categoricalHinge', four, rowsOf(new Array(40).fill([0, 0, 0, 0])))],
      1,
    ],
    [
      'the sum over the outputs',
      [output('categoricalCrossentropy', four), output('binaryCrossentropy', yesNo)],
      Math.log(4) + Math.LN2,
    ],
    [
      'that of the features summed, by convention',
      [output('binaryCrossentropy', rowsOf([[1, 0, 1]]), undefined, 'sum over the features')],
      3 * Math.LN2,
    ],
    [
      'that of a mean, when the batch is summed by mistake',
      [output('categoricalCrossentropy', four, four, 'sum over the batch')],
      Math.log(4),
    ],
    ['unknown for an unknown loss', [output('categoricalCrossentropy', four), unknown], undefined],
  ])('%s', (_name, outputs, loss) => {
    if (loss === undefined) expect(zeroHeadLoss(outputs)).toBeUndefined()
    else expect(zeroHeadLoss(outputs)).toBeCloseTo(loss, 6)
  })
})

describe('the range of the initial loss', () => {
  test('of a cross-entropy goes from the entropy of the labels to above log C', () => {
    const range = initLossRange([output('categoricalCrossentropy', four)], {})!
    expect(range.expected).toBeCloseTo(Math.log(4), 6)
    expect(range.low).toBeLessThan(range.expected)
    expect(range.high).toBeGreaterThan(1.4 * Math.log(4))
    expect(range.high).toBeLessThan(2 * Math.log(4))
  })

  test('allows a bias at the base rate of a rare label', () => {
    const rare = rowsOf([[1], ...new Array(19).fill([0])])
    const { low } = initLossRange([output('binaryCrossentropy', rare)], {})!
    expect(low).toBeLessThan(0.199)
  })

  test('is that of the number given, in shares of it', () => {
    expect(
      initLossRange([output('categoricalCrossentropy', four)], { expected: 10, tolerance: 0.1 }),
    ).toEqual({ expected: 10, low: 9, high: 11 })
  })

  test('needs a number for an unknown loss', () => {
    expect(initLossRange([unknown], {})).toBeUndefined()
    expect(initLossRange([unknown], { expected: 2 })).toMatchObject({ expected: 2, low: 1 })
  })
})

describe('the goal of overfitting', () => {
  test('lies near the floor, below the best constant', () => {
    const goal = overfitGoal([output('categoricalCrossentropy', four)], distinct(40), {})
    expect(goal.floor).toBeCloseTo(0, 5)
    expect(goal.constant).toBeGreaterThan(1)
    expect(goal.loss).toBeCloseTo(0.05 * goal.constant!, 5)
    expect(goal.accuracy).toBe(1)
  })

  test('is above the floor that duplicates leave, and asks only for the labels they allow', () => {
    const labels = rowsOf([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ])
    const goal = overfitGoal([output('categoricalCrossentropy', labels)], Int32Array.of(0, 0, 1, 2), {})
    expect(goal.floor).toBeCloseTo(Math.LN2 / 2, 5)
    expect(goal.loss).toBeGreaterThan(goal.floor)
    expect(goal.accuracy).toBe(0.75)
  })

  test('is what was given, and NaN when nothing is known', () => {
    expect(overfitGoal([unknown], distinct(1), { loss: 0.5, accuracy: 0.9 })).toMatchObject({
      loss: 0.5,
      accuracy: 0.9,
    })
    expect(overfitGoal([unknown], distinct(1), {}).loss).toBeNaN()
  })

  test('of a loss with the wrong sign is that of the loss that was meant', () => {
    const [meant, negated] = (['mean', 'negated'] as const).map((reduction) =>
      overfitGoal([output('categoricalCrossentropy', four, four, reduction)], distinct(40), {}),
    )
    expect(negated).toEqual(meant)
  })
})

describe('skill', () => {
  const labels = rowsOf([[0], [1], [2], [3]])
  test.each([
    ['1 for perfect predictions', labels, 1],
    ['0 for the best constant', rowsOf([[1.5], [1.5], [1.5], [1.5]]), 0],
    ['below 0 for worse ones', rowsOf([[3], [2], [1], [0]]), -3],
    ['a half', rowsOf([[0], [1], [2], [3 - Math.sqrt(2.5)]]), 0.5],
  ])('is %s', (_name, predictions, share) => {
    expect(skillOf([output('meanSquaredError', labels, predictions)])!.share).toBeCloseTo(share, 6)
  })

  test('is surer with more examples', () => {
    const noisy = (count: number) => {
      const rows = Array.from({ length: count }, (_, i) => [i % 4])
      const predictions = rows.map(([value], i) => [value! + (i % 3) - 1])
      return skillOf([output('meanSquaredError', rowsOf(rows), rowsOf(predictions))])!.certainty
    }
    expect(noisy(480)).toBeGreaterThan(2 * noisy(48))
  })

  test('is unknown for an unknown loss', () => {
    expect(skillOf([unknown])).toBeUndefined()
  })
})

describe('accuracy', () => {
  test.each<[string, InitOutput[], number | undefined]>([
    [
      'the largest class',
      [
        output(
          'categoricalCrossentropy',
          rowsOf([
            [1, 0],
            [0, 1],
          ]),
          rowsOf([
            [0.6, 0.4],
            [0.7, 0.3],
          ]),
        ),
      ],
      0.5,
    ],
    [
      'each of several labels',
      [output('binaryCrossentropy', rowsOf([[1, 0, 1]]), rowsOf([[0.9, 0.1, 0.2]]))],
      2 / 3,
    ],
    ['yes or no on logits', [output('sigmoidCrossEntropy', rowsOf([[1], [0]]), rowsOf([[2], [-2]]))], 1],
    ['signs', [output('hinge', rowsOf([[1], [-1]]), rowsOf([[0.3], [0.2]]))], 0.5],
    [
      'smoothed yes and no',
      [output('binaryCrossentropy', rowsOf([[0.95], [0.05]]), rowsOf([[0.9], [0.1]]))],
      1,
    ],
    [
      'several outputs together',
      [
        output('binaryCrossentropy', rowsOf([[1], [0]]), rowsOf([[1], [1]])),
        output('meanSquaredError', rowsOf([[5], [6]])),
      ],
      0.5,
    ],
    ['nothing that classifies', [output('meanSquaredError', rowsOf([[5]]))], undefined],
    ['a picture to reconstruct', [output('binaryCrossentropy', rowsOf([[0, 0.4, 1]]))], undefined],
  ])('of %s', (_name, outputs, share) => {
    expect(accuracyOf(outputs)).toBe(share)
  })
})

test('estimates', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(standardError([1, 1, 1])).toBe(0)
  expect(standardError([0, 2])).toBeCloseTo(1, 12)
})

test('class indices become one-hot rows, or nothing when they are not indices', () => {
  expect([...(oneHotRows(rowsOf([[2], [0]]), 3)!.values as Float64Array)]).toEqual([0, 0, 1, 1, 0, 0])
  for (const label of [-1, 3, 0.5, Number.NaN]) expect(oneHotRows(rowsOf([[label]]), 3)).toBeUndefined()
})
