import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { obsoletePictures, removePictures } from './prune.js'
import { backendLines, verdictLines } from './verdict.js'

/**
 * Vitest reporter of vitest-recipe. Says once which backend runs, lists what the checks found when the run ends,
 * and lists the pictures whose snapshots are obsolete, or removes them under `-u`.
 */
export default class RecipeReporter implements Reporter {
  #vitest: Vitest | undefined
  #said = new Set<string>()

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunStart(): void {
    this.#said.clear()
  }

  onTestCaseResult(test: TestCase): void {
    this.#sayBackend(test)
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], reason: TestRunEndReason): void {
    if (!this.#vitest) return
    // Merged reports bring no results one by one.
    for (const module of modules) for (const test of module.children.allTests()) this.#sayBackend(test)
    for (const line of verdictLines(modules)) this.#vitest.logger.log(line)
    if (reason !== 'interrupted') prunePictures(this.#vitest, modules)
  }

  #sayBackend(test: TestCase): void {
    for (const line of backendLines(test)) {
      if (this.#said.has(line)) continue
      this.#said.add(line)
      this.#vitest?.logger.log(line)
    }
  }
}

function prunePictures(vitest: Vitest, modules: readonly TestModule[]): void {
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
  vitest.logger.log(
    `   Pictures  ${obsolete.length} ${didUpdate ? 'removed' : 'obsolete (vitest -u removes)'}${paths}`,
  )
}

/**
 * A test that failed did not get to its later snapshots, and Vitest counts those as obsolete. Their pictures are
 * kept until the test passes. In CI Vitest fails a module for obsolete snapshots alone: that does not count here.
 */
function reachedItsSnapshots(module: TestModule, didUpdate: boolean): boolean {
  for (const test of module.children.allTests()) if (test.result().state === 'failed') return false
  return !didUpdate || module.ok()
}
