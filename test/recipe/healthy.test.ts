import { expect, test } from 'vitest'
import { runRecipe } from '../../src/checks/index.js'
import { disposeExamples } from '../../src/training/examples.js'
import { healthyPrograms } from '../programs/healthy.js'

const seeds = (process.env.SEEDS ?? '1').split(',').map(Number)
/** Run on the same programs over more seeds in test/matchers/healthy.test.ts. */
const skip = ['init-loss-near', 'overfit-batch', 'zero-input-baseline']

for (const seed of seeds) {
  test.each(Object.entries(healthyPrograms))(
    `the whole recipe has nothing to say against %s, seed ${seed}`,
    async (_name, { create, data, train = 400 }) => {
      const examples = data(train, seed)
      const validation = data(Math.max(100, train / 4), seed + 7)
      const { results } = await runRecipe({ create, train: examples, validation }, { seed, skip })
      disposeExamples(examples)
      disposeExamples(validation)
      const failed = results.filter(({ status }) => status === 'failed')
      expect(failed.map(({ check, summary }) => `${check}: ${summary}`)).toEqual([])
    },
  )
}
