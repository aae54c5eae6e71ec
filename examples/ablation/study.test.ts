import { expect, test } from 'vitest'
import { ablation, type Recipe, variations } from 'vitest-recipe'
import { ablationTable, runAblation } from 'vitest-recipe/checks'
import { loadDigits } from './src/data'
import { createModel } from './src/model'

const base: Recipe = {
  create: createModel,
  train: loadDigits('train', 1000),
  validation: loadDigits('t10k', 1000),
  steps: 150,
}

// Decisions that hold: CI fails on the day one of them does not any more.
ablation(
  'design decisions',
  base,
  {
    narrower: variations.withSmallerModel({ layers: { hidden: 4 } }),
    coarser: variations.withSmallerInput([7, 7]),
    slower: variations.withLearningRate(0.0003),
  },
  {
    hypothesis: {
      narrower: 'raises validation loss by ≥ 20 %',
      coarser: 'raises validation loss by ≥ 2 %',
      slower: 'raises validation loss by ≥ 20 %',
    },
  },
)

// What an ablation says of claims that are false, and of claims that it cannot decide.
test('a false claim is refuted, a claim too small to see is undecided', async () => {
  const report = await runAblation(
    'claims',
    base,
    {
      narrower: variations.withSmallerModel({ layers: { hidden: 4 } }),
      dropout: variations.withDropout(0.05),
    },
    {
      hypothesis: {
        narrower: 'lowers validation loss by ≥ 2 %',
        dropout: 'lowers validation loss by ≥ 0.1 %',
      },
      seeds: 4,
    },
  )
  console.info(ablationTable(report))
  const verdicts = Object.fromEntries(report.arms.map(({ arm, verdict }) => [arm, verdict]))
  expect(verdicts).toEqual({ narrower: 'refuted', dropout: 'undecided' })
})
