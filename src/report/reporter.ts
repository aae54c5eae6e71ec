import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSpecification, Vitest } from 'vitest/node'
import { isProgress } from '../matchers/progress.js'
import { pruneStore, storeFolder } from '../memo/store.js'
import { printsDocument, progressFor } from './audience.js'
import { LiveLine } from './live-line.js'
import { hideStartUpLines } from './native-log.js'
import { provideHelpers } from './provide-helpers.js'
import { obsoletePictures, removePictures } from './prune.js'
import { backendLines, verdictLines } from './verdict.js'
import { writeReport } from './write-report.js'

export interface RecipeReporterOptions {
  /** Path of the report, from the project's root; false: none. Default 'recipe-report/index.html'. */
  report?: string | false
}

export const defaultReport = 'recipe-report/index.html'

/** Bytes of results, and of trained models, that are kept for the next run. */
const mostRemembered = 200e6

type ConsoleLog = Parameters<NonNullable<Reporter['onUserConsoleLog']>>[0]

/**
 * Vitest reporter of vitest-recipe. Says once which backend runs, how far long checks are (on one line at a terminal,
 * now and then in a log), lists what the checks found when the run ends,
 * and lists the pictures whose snapshots are obsolete, or removes them under `-u`.
 */
export default class RecipeReporter implements Reporter {
  readonly #report: string | false
  #vitest: Vitest | undefined
  #said = new Set<string>()
  #line: LiveLine | undefined

  constructor({ report = defaultReport }: RecipeReporterOptions = {}) {
    this.#report = report
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    hideStartUpLines(vitest.logger.errorStream)
    const { onConsoleLog } = vitest.config
    // It travels as console output: only this reporter shows it.
    vitest.config.onConsoleLog = (printed, type, entity) =>
      isProgress(printed) ? false : onConsoleLog?.(printed, type, entity)
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#said.clear()
    if (this.#vitest) provideHelpers(this.#vitest, specifications.length)
    if (this.#vitest && progressFor(this.#vitest.config) === 'live') this.#line = new LiveLine()
  }

  onUserConsoleLog({ content, taskId }: ConsoleLog): void {
    if (!this.#vitest || !isProgress(content) || progressFor(this.#vitest.config) === 'off') return
    const task = taskId === undefined ? undefined : this.#vitest.state.idMap.get(taskId)
    const where = task?.suite ? `${task.suite.name} > ` : ''
    const last = content.trimEnd().split('\n').at(-1)
    const line = stripVTControlCharacters(`   Running  ${where}${last}`)
    if (this.#line) this.#line.show(line)
    else this.#log(line)
  }

  onTestCaseResult(test: TestCase): void {
    this.#sayBackend(test)
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], reason: TestRunEndReason): void {
    this.#line?.clear()
    this.#line?.stop()
    this.#line = undefined
    if (!this.#vitest) return
    // Merged reports bring no results one by one.
    for (const module of modules) for (const test of module.children.allTests()) this.#sayBackend(test)
    for (const line of verdictLines(modules)) this.#log(line)
    this.#writeReport(this.#vitest, modules)
    pruneStore(storeFolder(this.#vitest.config.root), mostRemembered)
    if (reason !== 'interrupted') prunePictures(this.#vitest, modules, (line) => this.#log(line))
  }

  #writeReport({ config, version }: Vitest, modules: readonly TestModule[]): void {
    if (this.#report === false) return
    const written = writeReport(modules, {
      root: config.root,
      path: this.#report,
      vitestVersion: version,
      isShard: config.shard !== undefined,
    })
    if (written === undefined) return
    this.#log(`     Report  ${'path' in written ? written.path : written.problem}`)
  }

  #sayBackend(test: TestCase): void {
    for (const line of backendLines(test)) {
      if (this.#said.has(line)) continue
      this.#said.add(line)
      this.#log(line)
    }
  }

  /** Where stdout is a document for machines, on stderr. */
  #log(line: string): void {
    if (!this.#vitest) return
    const { logger, config } = this.#vitest
    if (printsDocument(config)) logger.error(line)
    else logger.log(line)
  }
}

function prunePictures(vitest: Vitest, modules: readonly TestModule[], log: (line: string) => void): void {
  const { uncheckedKeysByFile, didUpdate } = vitest.snapshot.summary
  const obsolete = modules
    .filter((module) => reachedItsSnapshots(module, didUpdate))
    .flatMap(({ moduleId: testFile }) => {
      const records = uncheckedKeysByFile.filter(({ filePath }) => filePath === testFile)
      const obsoleteKeys = new Set(records.flatMap(({ keys }) => keys))
      return obsoletePictures({ testFile, snapFile: vitest.snapshot.resolvePath(testFile), obsoleteKeys })
    })
  if (obsolete.length === 0) return
  if (didUpdate) removePictures(obsolete)
  const paths = obsolete.map((picture) => `\n   ↳ ${relative(vitest.config.root, picture)}`).join('')
  log(`   Pictures  ${obsolete.length} ${didUpdate ? 'removed' : 'obsolete (vitest -u removes)'}${paths}`)
}

/**
 * A test that failed did not get to its later snapshots, and Vitest counts those as obsolete. Their pictures are
 * kept until the test passes. In CI Vitest fails a module for obsolete snapshots alone: that does not count here.
 */
function reachedItsSnapshots(module: TestModule, didUpdate: boolean): boolean {
  for (const test of module.children.allTests()) if (test.result().state === 'failed') return false
  return !didUpdate || module.ok()
}
