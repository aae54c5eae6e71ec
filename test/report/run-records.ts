import type { TestModule } from 'vitest/node'
import { catalog } from '../../src/checks/catalog.js'
import type { RecordedResult } from '../../src/matchers/record.js'
import { collectRun } from '../../src/report/collect.js'
import type { RunRecord } from '../../src/report/run-record.js'

export const result = (changes: Partial<RecordedResult> = {}): RecordedResult => ({
  check: 'overfit-batch',
  stage: 'skeleton',
  status: 'passed',
  summary: 'Overfitted a batch of 64 in 96 steps.',
  measured: { loss: 0.02 },
  expected: { loss: '≤ 0.1' },
  causes: [],
  seed: 42,
  seconds: 1.5,
  ...changes,
})

interface FakeTest {
  name: string
  recipe?: Record<string, unknown>
  inRecipe?: string
  annotations?: unknown[]
  artifacts?: unknown[]
}

/** What Vitest hands to reporters, as far as ours looks at it. */
export function moduleOf(file: string, tests: FakeTest[]): TestModule {
  const cases = tests.map(({ name, recipe, inRecipe, annotations = [], artifacts = [] }) => ({
    name,
    fullName: inRecipe ? `${inRecipe} > ${name}` : name,
    parent: inRecipe ? { type: 'suite', fullName: inRecipe } : { type: 'module' },
    meta: () => ({ recipe: { ...recipe, ...(inRecipe && { inRecipe }) } }),
    annotations: () => annotations,
    artifacts: () => artifacts,
  }))
  return { relativeModuleId: file, children: { allTests: () => cases } } as unknown as TestModule
}

const environment = { 'vitest-recipe': '0.1.0', vitest: '4.1.12', node: '20.0.0', platform: 'linux x64' }

export const collected = (modules: TestModule[], before?: RunRecord): RunRecord =>
  collectRun(modules, environment, before)

const layersOf = (count: number): RecordedResult['layers'] =>
  Array.from({ length: count }, (_, i) => ({
    layer: `layer ${i} Conv2D`,
    weightNorm: 1,
    gradientNorms: Array.from({ length: 10 }, (_, step) => 1 / (1 + step)),
    updateRatios: [0.001, 0.002],
    activations: { dead: 0.1, saturated: 0, size: 1, histogram: { low: -1, high: 2, counts: [1, 20, 300] } },
  }))

/** So many models with so many checks each, every fourth model with a failure, with curves. */
export function manyModels(models: number, checks: number, name = (i: number) => `model ${i}`): TestModule[] {
  return Array.from({ length: models }, (_, m) =>
    moduleOf(
      `test/m${m}.test.ts`,
      Array.from({ length: checks }, (_, c) => {
        const { check, stage } = catalog[c % catalog.length]!
        const failed = m % 4 === 0 && c === 3
        return {
          name: check,
          inRecipe: name(m),
          recipe: {
            backend: { name: 'tensorflow', why: 'found' },
            results: [
              result({
                check,
                stage,
                status: failed ? 'failed' : 'passed',
                causes: failed ? [{ name: 'outliers', evidence: 'a value of 1e9', fix: 'look at it' }] : [],
                ...(check === 'healthy-gradients' && { layers: layersOf(6) }),
                curves: { loss: { stride: 10, values: Array.from({ length: 100 }, (_, i) => 1 / (1 + i)) } },
              }),
            ],
          },
        }
      }),
    ),
  )
}
