import { describe, expect, test } from 'vitest'
import { attainableLoss } from '../../src/statistics/attainable-loss.js'
import { bestConstant, bestConstantLoss, lossFloor } from '../../src/statistics/constant-predictor.js'
import { type LossKind, lossKinds, lossOfRows, meanOfRows, type Rows } from '../../src/statistics/losses.js'
import { mulberry32 } from '../../src/training/seed.js'
import { labelsFor, oneHots, predictionsFor, rowsOf } from './random-rows.js'

const entropy = (...shares: number[]) => shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0)
const withWeights = (labels: Rows, weights: number[]): Rows => ({ ...labels, weights })

describe('the best constant prediction has the loss of', () => {
  const numbers = rowsOf([[1], [2], [3], [10]])
  const skewed = rowsOf([
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 1],
  ])
  const cases: Array<[string, LossKind, Rows, number]> = [
    ['the entropy of the classes', 'categoricalCrossentropy', skewed, entropy(0.75, 0.25)],
    ['the entropy of the classes, on logits', 'softmaxCrossEntropy', skewed, entropy(0.75, 0.25)],
    ['the entropy of yes and no', 'binaryCrossentropy', rowsOf([[1], [0], [0], [0]]), entropy(0.75, 0.25)],
    [
      'the entropy of yes and no, on logits',
      'sigmoidCrossEntropy',
      rowsOf([[1], [0], [0], [0]]),
      entropy(0.75, 0.25),
    ],
    [
      '0 for one class only',
      'categoricalCrossentropy',
      rowsOf([
        [1, 0],
        [1, 0],
      ]),
      0,
    ],
    ['0 for one class only, on logits', 'sigmoidCrossEntropy', rowsOf([[1], [1]]), 0],
    ['the variance', 'meanSquaredError', numbers, 12.5],
    ['the mean distance from the median', 'meanAbsoluteError', numbers, 2.5],
    ['1 for balanced hinge labels', 'hinge', rowsOf([[1], [-1]]), 1],
    ['1 for balanced squared hinge labels', 'squaredHinge', rowsOf([[1], [-1]]), 1],
    ['0 for equal quantities', 'huberLoss', rowsOf([[3], [3]]), 0],
    ['the variance of the logarithms', 'meanSquaredLogarithmicError', rowsOf([[0], [Math.E ** 2 - 1]]), 1],
    [
      '-1 for a common direction',
      'cosineProximity',
      rowsOf([
        [1, 1],
        [3, 3],
      ]),
      -1,
    ],
    [
      '0 for opposite directions',
      'cosineProximity',
      rowsOf([
        [1, 0],
        [-1, 0],
      ]),
      0,
    ],
  ]
  test.each(cases)('%s: %s', (_name, kind, labels, loss) => {
    expect(bestConstantLoss(kind, labels)).toBeCloseTo(loss, 5)
  })

  test('weighted labels: of weighted frequencies', () => {
    const labels = withWeights(
      rowsOf([
        [1, 0],
        [0, 1],
      ]),
      [1.5, 0.5],
    )
    expect(bestConstantLoss('categoricalCrossentropy', labels)).toBeCloseTo(entropy(0.75, 0.25), 6)
    expect([
      ...(bestConstant('meanSquaredError', withWeights(rowsOf([[0], [4]]), [1, 3])).values as Float64Array),
    ]).toEqual([3])
  })
})

describe('no other constant is better', () => {
  test.each(lossKinds.flatMap((kind) => [1, 3].map((width) => ({ kind, width }))))(
    '$kind, $width columns',
    ({ kind, width }) => {
      for (const seed of [1, 2, 3, 4]) {
        const random = mulberry32(seed)
        const plain = labelsFor(kind, 12, width, seed)
        for (const labels of [
          plain,
          withWeights(
            plain,
            Array.from({ length: 12 }, () => 2 * random()),
          ),
        ]) {
          const at = (constant: Rows) => meanOfRows(lossOfRows(kind, labels, constant), labels.weights)
          const best = bestConstantLoss(kind, labels)
          let found = Infinity
          let center = bestConstant(kind, labels)
          for (let i = 0; i < 400; i++) {
            const fresh = predictionsFor(kind, 1, width, 1000 * seed + i)
            // Half of the search is near the claimed optimum, and closes in.
            const near = Float64Array.from(
              center.values,
              (value) => value + (random() - 0.5) * 2 ** -(i / 40),
            )
            const candidate = i % 2 ? fresh : sameDomain(kind, { ...center, values: near })
            const loss = at(candidate)
            if (loss < found) [found, center] = [loss, i % 2 ? center : candidate]
          }
          expect(best).toBeLessThanOrEqual(found + 1e-4 * Math.max(1, Math.abs(found)))
        }
      }
    },
  )

  function sameDomain(kind: LossKind, row: Rows): Rows {
    const clipped = Array.from(row.values, (value) =>
      kind === 'binaryCrossentropy'
        ? Math.min(Math.max(value, 1e-6), 1 - 1e-6)
        : ['poisson', 'categoricalCrossentropy', 'kullbackLeiblerDivergence'].includes(kind)
          ? Math.max(value, 1e-6)
          : value,
    )
    const sum = clipped.reduce((a, b) => a + b, 0)
    return {
      ...row,
      values: kind === 'kullbackLeiblerDivergence' ? clipped.map((value) => value / sum) : clipped,
    }
  }
})

describe('the floor of the labels is', () => {
  const groups = (...numbers: number[]) => Int32Array.from(numbers)

  test.each(
    lossKinds.filter((kind) => !['poisson', 'cosineProximity', 'kullbackLeiblerDivergence'].includes(kind)),
  )('0 for hard labels and distinct inputs: %s', (kind) => {
    const labels = labelsFor(kind, 8, 3, 1)
    expect(lossFloor(kind, labels, groups(0, 1, 2, 3, 4, 5, 6, 7))).toBeCloseTo(0, 5)
  })

  test('the entropy of smoothed labels', () => {
    const smoothed = rowsOf([
      [0.9, 0.1],
      [0.1, 0.9],
    ])
    expect(lossFloor('categoricalCrossentropy', smoothed, groups(0, 1))).toBeCloseTo(entropy(0.9, 0.1), 6)
  })

  test('the entropy that contradicting duplicates leave', () => {
    const labels = rowsOf([
      [1, 0],
      [0, 1],
      [1, 0],
      [1, 0],
    ])
    expect(lossFloor('categoricalCrossentropy', labels, groups(0, 0, 1, 2))).toBeCloseTo(
      entropy(0.5, 0.5) / 2,
      6,
    )
    expect(lossFloor('meanSquaredError', rowsOf([[0], [2], [7]]), groups(5, 5, 9))).toBeCloseTo(2 / 3, 6)
  })

  test('the loss of the best constant when all inputs are identical', () => {
    const labels = oneHots(10, 3, 1)
    expect(lossFloor('categoricalCrossentropy', labels, groups(...new Array(10).fill(4)))).toBeCloseTo(
      bestConstantLoss('categoricalCrossentropy', labels),
      12,
    )
  })

  test('counted for each position of a sequence by itself', () => {
    const output = {
      loss: { kind: 'meanSquaredError', sparse: false, reduction: 'mean' } as const,
      labels: rowsOf([[0], [5], [0], [5], [0], [5]]),
      predictions: rowsOf([[0], [0], [0], [0], [0], [0]]),
    }
    expect(attainableLoss([output], groups(0, 0, 0))).toEqual({ constant: 6.25, floor: 0 })
  })
})
