import type { TestCase, TestModule } from 'vitest/node'
import type { RecordedResult } from '../matchers/record.js'
import { diagnosisLines } from './diagnosis.js'

/** A failed check with the test it failed in. */
interface Failure {
  test: string
  result: RecordedResult
}

/** One line for each way a backend was chosen in this run, with its warning, each said once. */
export function backendLines(test: TestCase): string[] {
  const backend = test.meta().recipe?.backend
  if (!backend) return []
  const line = `   Backend  ${backend.name} (${backend.why})`
  return backend.warning ? [line, `   Warning  ${backend.warning}`] : [line]
}

/** What the checks of a run found: how many passed, and for each that failed the cause it names first. */
export function verdictLines(modules: readonly TestModule[]): string[] {
  const failures: Failure[] = []
  let passed = 0
  let failed = 0
  let reused = 0
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { results = [], inRecipe } = test.meta().recipe ?? {}
      for (const result of results) {
        if (result.reused) reused++
        if (result.status === 'passed') passed++
        else if (result.status === 'failed' && test.result().state === 'failed') {
          failed++
          // The diagnosis of a recipe lists its own.
          if (!inRecipe) failures.push({ test: test.fullName, result })
        }
      }
    }
  }
  if (passed + failed === 0) return []
  const count = failed === 0 ? `${passed} passed` : `${failed} failed, ${passed} passed`
  return [
    `     Recipe  ${count}${reused > 0 ? `, ${reused} of them before (same program, data and seed: not run again)` : ''}`,
    ...failures.map(
      ({ test, result }) => `   ↳ ${test} · ${result.check}: ${result.causes[0]?.name ?? result.summary}`,
    ),
    ...missingPartLines(modules),
    ...diagnosisLines(modules),
  ]
}

/** Recipes of which only some parts ran: the rest is in another shard, or has no test file. */
function missingPartLines(modules: readonly TestModule[]): string[] {
  const seen = new Map<string, Set<string>>()
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { inRecipe, part } = test.meta().recipe ?? {}
      if (inRecipe === undefined || part === undefined) continue
      seen.set(inRecipe, (seen.get(inRecipe) ?? new Set()).add(part))
    }
  }
  return [...seen].flatMap(([name, parts]) => {
    const counts = [...new Set([...parts].map((part) => Number(part.split('/')[1])))]
    if (counts.length > 1) return [`      Parts  ${name}: ${[...parts].join(', ')} do not make one whole`]
    const missing = Array.from({ length: counts[0]! }, (_, i) => `${i + 1}/${counts[0]}`).filter(
      (part) => !parts.has(part),
    )
    return missing.length === 0
      ? []
      : [
          `      Parts  ${name}: ${missing.join(', ')} did not run here: another shard, or a test file that is missing`,
        ]
  })
}
