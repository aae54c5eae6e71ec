import { expect, test } from 'vitest'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { disposeData } from '../../fixtures/zoo/program.js'
import { checkOverfitBatch, runRecipe } from '../../src/checks/index.js'
import type { CheckResult } from '../../src/checks/result.js'
import { countExamples, disposeExamples } from '../../src/training/examples.js'
import { LayersModelProgram } from '../../src/training/layers-model.js'
import { sampleExamples } from '../../src/training/split.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const lookingOn = ['updates-every-weight', 'healthy-activations', 'healthy-gradients']
/** Without time, and without the numbers that TensorFlow.js gives to the layers of each model. */
const withoutSeconds = (results: CheckResult[]): unknown =>
  JSON.parse(
    JSON.stringify(results.map(({ seconds: _, ...result }) => result)).replace(
      /(?<=_[A-Z][A-Za-z]*)\d+/g,
      '#',
    ),
  )

const programs = [...healthy, ...faulty].filter((_, i) => i % 24 === 0)

test.each(programs.map((program) => [program.name, program] as const))(
  'who looks on at another training finds what it finds at its own: %s',
  async (_, { create, data, recipe }) => {
    const examples = data(1)
    const given = { ...recipe, create, train: examples.train }
    await expectNoNewTensors(async () => {
      const together = await runRecipe(given, { budget: 'quick', only: ['overfit-batch', ...lookingOn] })
      const alone = await runRecipe(given, { budget: 'quick', only: lookingOn })
      expect(withoutSeconds(together.results.slice(1))).toEqual(withoutSeconds(alone.results))
    })
    disposeData(examples)
  },
  60_000,
)

test('a batch is overfitted as without onlookers, and they cost no step', async () => {
  const { create, data } = healthy.find(({ name }) => name === 'digits, MLP')!
  const examples = data(1)
  const batch = sampleExamples(examples.train, Math.min(64, countExamples(examples.train)), 42)
  const { step, stepWithGradients } = LayersModelProgram.prototype
  let steps = 0
  LayersModelProgram.prototype.step = function (...given) {
    steps++
    return step.apply(this, given)
  }
  try {
    const alone = await checkOverfitBatch(create, batch)
    expect(steps).toBeGreaterThan(30)
    const needed = steps
    steps = 0
    const { results } = await runRecipe(
      { create, train: examples.train },
      { only: ['overfit-batch', ...lookingOn] },
    )
    expect(withoutSeconds([results[0]!])).toEqual(withoutSeconds([alone]))
    expect(results.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'passed'])
    expect(steps).toBe(needed)
  } finally {
    Object.assign(LayersModelProgram.prototype, { step, stepWithGradients })
  }
  disposeExamples(batch)
  disposeData(examples)
})
