import type { TestModule } from 'vitest/node'
import { byRecipeOrder } from '../checks/catalog.js'
import { type RankedCause, rankCauses } from '../diagnosis/rank.js'
import type { RecordedResult } from '../matchers/record.js'
import { listFirst } from '../statistics/tables.js'

/** More causes than these confuse: mend the first, and run again. */
const mostCauses = 3

/** Checks named beside a cause. */
const mostChecks = 3

/** What every `describeRecipe` with a failed check found: its stages in order, and one ranked diagnosis. */
export function diagnosisLines(modules: readonly TestModule[]): string[] {
  return [...recipesOf(modules)].flatMap(([name, results]) =>
    results.some(({ status }) => status === 'failed')
      ? ['', ...diagnosisOf(name, results.toSorted(byRecipeOrder))]
      : [],
  )
}

/** Results by the name of the `describeRecipe` they belong to, those of its parts together. */
function recipesOf(modules: readonly TestModule[]): Map<string, RecordedResult[]> {
  const recipes = new Map<string, RecordedResult[]>()
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { inRecipe, part, results = [] } = test.meta().recipe ?? {}
      if (inRecipe === undefined) continue
      const name = test.parent.type === 'suite' ? test.parent.fullName : inRecipe
      const key = part === undefined ? `${module.relativeModuleId} > ${name}` : name
      recipes.set(key, [...(recipes.get(key) ?? []), ...results])
    }
  }
  return recipes
}

function diagnosisOf(name: string, results: readonly RecordedResult[]): string[] {
  const ran = results.filter(({ status }) => status !== 'skipped')
  const stages = [...new Set(ran.map(({ stage }) => stage))]
  // What is skipped because an earlier check has told its cause bears witness too.
  const ranked = rankCauses(results)
  const unexplained = results.filter(({ status, causes }) => status === 'failed' && causes.length === 0)
  return [
    `  Diagnosis  ${name}`,
    ...stages.map((stage) =>
      stageLine(
        stage,
        results.filter((result) => result.stage === stage),
      ),
    ),
    ...ranked.slice(0, mostCauses).flatMap(causeLines),
    ...(ranked.length > mostCauses
      ? [
          `             and ${ranked
            .slice(mostCauses)
            .map((cause) => cause.name)
            .join(', ')}`,
        ]
      : []),
    ...unexplained.slice(0, mostCauses).map(({ check, summary }) => `          ?  ${check}: ${summary}`),
  ]
}

function stageLine(stage: string, results: readonly RecordedResult[]): string {
  const of = (status: string) => results.filter((result) => result.status === status)
  const failed = of('failed').map(({ check }) => check)
  const parts = [
    ...(failed.length > 0 ? [`✗ ${failed.join(', ✗ ')}`] : []),
    ...(of('passed').length > 0 ? [`✓ ${of('passed').length} passed`] : []),
    ...(of('skipped').length > 0 ? [`↓ ${of('skipped').length} skipped`] : []),
  ]
  return `${stage.padStart(11)}  ${parts.join(' · ')}`
}

function causeLines({ name, evidence, fix, checks }: RankedCause, place: number): string[] {
  return [
    `         ${place + 1}.  ${name}${place === 0 ? '  ← mend this first' : ''}  (${listFirst(checks, mostChecks)})`,
    `             why  ${evidence}`,
    `             try  ${fix}`,
  ]
}
