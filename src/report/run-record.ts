import { type CatalogEntry, catalog } from '../checks/catalog.js'
import type { Stage } from '../checks/result.js'
import type { RankedCause } from '../diagnosis/rank.js'
import type { RecordedResult, RecordedRun } from '../matchers/record.js'

/**
 * What a run found, as `results.json` keeps it. Numbers that are not finite are the strings 'NaN', 'Infinity',
 * '-Infinity'. `schema` rises when a reader of the old one would misread the new one.
 */
export interface RunRecord {
  schema: 1
  passed: boolean
  /** Seconds that the checks took. */
  seconds: number
  environment: Environment
  models: ModelRecord[]
}

/** What it takes to run it again. */
export interface Environment {
  'vitest-recipe': string
  vitest: string
  node: string
  platform: string
  backends: string[]
  warnings: string[]
}

/** Everything about one model: of one `describeRecipe`, or of the checks that stand by themselves in a test file. */
export interface ModelRecord {
  name: string
  /** Path of the test file from the project's root; of a recipe in parts, the first. */
  file: string
  passed: boolean
  seconds: number
  results: ReportedResult[]
  /** Most likely first. */
  causes: RankedCause[]
  /** Checks that nobody ran. */
  untested: string[]
  /** Trainings that were recorded by the `train` fixture. */
  runs: Array<RecordedRun & { test: string }>
  /** Ablation tables as text. */
  tables: Array<{ test: string; text: string }>
}

export interface ReportedResult extends RecordedResult {
  /** Full name of the test. */
  test: string
  /** Its test file, where that is not the model's: of a recipe in parts. */
  file?: string
  /** Seconds of the same check in the run before. */
  secondsBefore?: number
}

/** A check of the recipe and how it went for a model. */
export interface ChecklistLine extends CatalogEntry {
  state: 'failed' | 'passed' | 'skipped' | 'untested'
  results: ReportedResult[]
}

/** The whole recipe as a checklist: what was tested, and what was not. */
export function checklistOf({ results }: ModelRecord): ChecklistLine[] {
  const others = results.filter(({ check }) => !catalog.some((entry) => entry.check === check))
  const unknown = [...new Map(others.map(({ check, stage }) => [check, stage]))].map(
    ([check, stage]): CatalogEntry => ({ check, stage: stage as Stage, title: '', matcher: '' }),
  )
  return [...catalog, ...unknown].map((entry) => {
    const own = results.filter(({ check }) => check === entry.check)
    return { ...entry, results: own, state: stateOf(own) }
  })
}

/** The worst of them: what passed once and failed once has failed. */
function stateOf(results: readonly ReportedResult[]): ChecklistLine['state'] {
  for (const state of ['failed', 'passed', 'skipped'] as const)
    if (results.some(({ status }) => status === state)) return state
  return 'untested'
}

/** How much of the recipe was tested: checks that ran, of all there are. */
export function coverageOf(checklist: readonly ChecklistLine[]): { ran: number; of: number } {
  return {
    ran: checklist.filter(({ state }) => state === 'passed' || state === 'failed').length,
    of: checklist.length,
  }
}
