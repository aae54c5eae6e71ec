import type { TestCase, TestModule } from 'vitest/node'
import { byRecipeOrder, catalog } from '../checks/catalog.js'
import { rankCauses } from '../diagnosis/rank.js'
import type { Environment, ModelRecord, ReportedResult, RunRecord } from './run-record.js'

/** Gathers what the tests of a run recorded. Also of merged reports: it looks at nothing but the tests. */
export function collectRun(
  modules: readonly TestModule[],
  environment: Omit<Environment, 'backends' | 'warnings'>,
  before?: RunRecord,
): RunRecord {
  const models = new Map<string, ModelRecord>()
  const backends = new Set<string>()
  const warnings = new Set<string>()
  // Shards finish in any order.
  const ordered = [...modules].sort((a, b) => (a.relativeModuleId < b.relativeModuleId ? -1 : 1))
  for (const module of ordered) {
    for (const test of module.children.allTests()) {
      const { backend, results = [], runs = [], tables = [] } = test.meta().recipe ?? {}
      if (backend) backends.add(`${backend.name} (${backend.why})`)
      if (backend?.warning) warnings.add(backend.warning)
      if (results.length + runs.length + tables.length === 0) continue
      const model = modelOf(test, module, models)
      const { relativeModuleId: file } = module
      const elsewhere = file === model.file ? {} : { file }
      model.results.push(...results.map((result) => ({ ...result, test: test.fullName, ...elsewhere })))
      model.runs.push(...runs.map((run) => ({ ...run, test: test.fullName })))
      model.tables.push(...tables.map((text) => ({ test: test.fullName, text })))
    }
  }
  const finished = [...models.values()].map((model) => finish(model, before))
  return {
    schema: 1,
    passed: finished.every(({ passed }) => passed),
    seconds: sum(finished),
    environment: { ...environment, backends: [...backends], warnings: [...warnings] },
    models: finished,
  }
}

/** A `describeRecipe` is a model by its name, its parts together; other checks belong to the model of their test file. */
function modelOf(test: TestCase, { relativeModuleId: file }: TestModule, models: Map<string, ModelRecord>) {
  const { inRecipe, part } = test.meta().recipe ?? {}
  const name = inRecipe === undefined ? file : test.parent.type === 'suite' ? test.parent.fullName : inRecipe
  const key = JSON.stringify(part === undefined ? [file, name] : [name])
  const known = models.get(key)
  if (known) return known
  const model: ModelRecord = {
    name,
    file,
    passed: true,
    seconds: 0,
    results: [],
    causes: [],
    untested: [],
    runs: [],
    tables: [],
  }
  models.set(key, model)
  return model
}

function finish(model: ModelRecord, before: RunRecord | undefined): ModelRecord {
  const last = before?.models.find(({ name, file }) => name === model.name && file === model.file)
  const tested = new Set(model.results.map(({ check }) => check))
  return {
    ...model,
    passed: model.results.every(({ status }) => status !== 'failed'),
    seconds: sum(model.results),
    results: model.results.map((result) => withTimeBefore(result, last)),
    causes: rankCauses(model.results.toSorted(byRecipeOrder)),
    untested: catalog.map(({ check }) => check).filter((check) => !tested.has(check)),
  }
}

function withTimeBefore(result: ReportedResult, last: ModelRecord | undefined): ReportedResult {
  const before = last?.results.find(
    ({ check, test, status }) => check === result.check && test === result.test && status !== 'skipped',
  )
  return !before || before.reused || result.reused ? result : { ...result, secondsBefore: before.seconds }
}

const sum = (all: ReadonlyArray<{ seconds: number }>): number =>
  all.reduce((total, { seconds }) => total + seconds, 0)
