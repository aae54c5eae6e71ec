import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path'
import type { TestModule } from 'vitest/node'
import { packageVersion } from '../package-version.js'
import { collectRun } from './collect.js'
import { reportPage } from './html/page.js'
import { attachedPictures, type ReportPicture, storedPicture } from './pictures.js'
import type { ModelRecord, RunRecord } from './run-record.js'
import { summaryMarkdown } from './summary.js'

export interface ReportSettings {
  /** Folder of the project. */
  root: string
  /** Path of the page, from the root. */
  path: string
  vitestVersion: string
  /** One of several shards: only the job that merges them has the whole for a summary. */
  isShard?: boolean
}

/**
 * Writes the page, and `summary.md` and `results.json` beside it, each whole or not at all; adds the summary to that
 * of a CI job where there is one. Writes nothing and gives undefined where no test recorded anything, else the path
 * of the page. Never throws: a report that cannot be written gives the reason.
 */
export function writeReport(
  modules: readonly TestModule[],
  { root, path, vitestVersion, isShard = false }: ReportSettings,
): { path: string } | { problem: string } | undefined {
  const page = resolve(root, path)
  const results = join(dirname(page), 'results.json')
  try {
    const environment = {
      'vitest-recipe': packageVersion(),
      vitest: vitestVersion,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    }
    const run = collectRun(modules, environment, lastRun(results))
    if (run.models.length === 0) return undefined
    const summary = summaryMarkdown(run)
    writeWhole(page, reportPage(run, picturesBy(modules, root)))
    writeWhole(join(dirname(page), 'summary.md'), summary)
    writeWhole(results, `${JSON.stringify(run)}\n`)
    const { GITHUB_STEP_SUMMARY: jobSummary } = process.env
    if (jobSummary && !isShard) appendFileSync(jobSummary, `${summary}\n`)
    return { path: relative(root, page) }
  } catch (error) {
    return { problem: `could not be written: ${(error as Error).message}` }
  }
}

/** Pictures of a model: those its tests attached, and those of snapshots that matched. */
function picturesBy(modules: readonly TestModule[], root: string): (model: ModelRecord) => ReportPicture[] {
  const attached = new Map<string, ReportPicture[]>()
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const key = JSON.stringify([module.relativeModuleId, test.fullName])
      attached.set(key, [...(attached.get(key) ?? []), ...attachedPictures(test)])
    }
  }
  return ({ file, results, runs }) => {
    const ofResults = results.map((result) => [result.file ?? file, result.test])
    const tests = new Set(
      [...ofResults, ...runs.map(({ test }) => [file, test])].map((key) => JSON.stringify(key)),
    )
    const ofTests = [...tests]
      .flatMap((key) => attached.get(key) ?? [])
      .filter(({ title, test }) => !isDrawnFrom(results, title, test))
    const shown = (picture: string) => ofTests.some(({ title }) => title.startsWith(basename(picture)))
    const stored = results.flatMap(({ picture, test }) => {
      if (!picture || shown(picture) || !isInside(picture)) return []
      const actual = storedPicture(root, picture)
      return actual ? [{ title: basename(picture), test, actual }] : []
    })
    return [...ofTests, ...stored]
  }
}

/** Curves of a failed check are attached for Vitest's own reports; here they are among the curves. */
const isDrawnFrom = (results: ModelRecord['results'], title: string, test: string): boolean =>
  results.some(
    (result) =>
      result.test === test &&
      result.curves !== undefined &&
      title.startsWith(`${result.check}: `) &&
      title.endsWith(' by step'),
  )

const isInside = (path: string): boolean => !isAbsolute(path) && !normalize(path).startsWith('..')

/** What the run before left behind; undefined where it is not there, not ours, or damaged. */
function lastRun(file: string): RunRecord | undefined {
  try {
    const run = JSON.parse(readFileSync(file, 'utf8')) as RunRecord
    return run.schema === 1 && Array.isArray(run.models) ? run : undefined
  } catch {
    return undefined
  }
}

function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
