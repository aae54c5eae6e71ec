import { expect, test } from 'vitest'
import { compare } from '../../src/experiments/comparison.js'
import { type Hypothesis, readHypothesis } from '../../src/experiments/hypothesis.js'
import { holmAdjusted } from '../../src/statistics/holm.js'
import { plannedBoundary } from '../../src/statistics/planned-looks.js'
import { mulberry32 } from '../../src/training/seed.js'

const [alpha, seeds] = [0.05, 8]
/** Three standard errors above the rate that is promised. */
const mostOf = (comparisons: number) => alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / comparisons)

function gaussianOf(seed: number) {
  const random = mulberry32(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Losses of programs that differ in nothing but chance: what the seed does to all, and to each. */
function lossesOf(programs: number, gaussian: () => number): number[][] {
  return Array.from({ length: seeds }, () => {
    const shared = 0.1 * gaussian()
    return Array.from({ length: programs }, () => Math.exp(shared + 0.05 * gaussian()))
  })
}

const pairsOf = (losses: number[][], first: number) =>
  losses.map((row) => ({ without: row[first]!, withChange: row[first + 1]! }))

const anyFall: Hypothesis = { metric: 'loss', effect: 'lowers', by: 0, unit: 'relative' }

test.each([
  ['a fall at all', anyFall],
  ['a rise at all', { ...anyFall, effect: 'raises' } satisfies Hypothesis],
  ['1 %, the default', readHypothesis('lowers validation loss')],
])('equal programs are supported in at most alpha of 5000 comparisons: %s', (name, claim) => {
  // Verdicts need no p values, which take most of the time.
  const boundary = { ...plannedBoundary({ alpha, budget: seeds }), pValue: () => 1 }
  const gaussian = gaussianOf(name.length)
  const comparisons = 5000
  const most = mostOf(comparisons)
  let supported = 0
  for (let i = 0; i < comparisons; i++) {
    if (compare(claim, pairsOf(lossesOf(2, gaussian), 0), boundary).verdict === 'supported') supported++
  }
  expect(supported / comparisons).toBeLessThan(most)
  // The promise is kept exactly, not by never deciding.
  if (claim.by === 0) expect(supported / comparisons).toBeGreaterThan(2 * alpha - most)
})

test('of three additions that bring nothing, any is called an improvement in at most alpha', () => {
  const boundary = plannedBoundary({ alpha: alpha / 3, budget: seeds })
  const gaussian = gaussianOf(7)
  const comparisons = 500
  let any = 0
  for (let i = 0; i < comparisons; i++) {
    const losses = lossesOf(4, gaussian)
    const pValues = [0, 1, 2].map((first) => compare(anyFall, pairsOf(losses, first), boundary).pSupported)
    if (holmAdjusted(pValues).some((p) => p <= alpha)) any++
  }
  expect(any / comparisons).toBeLessThan(mostOf(comparisons))
})
