import { availableParallelism } from 'node:os'
import type { Vitest } from 'vitest/node'
import { helpersKey } from '../matchers/settings-key.js'

/**
 * Tells the workers how many more processes each may start: the cores that no test file uses, shared among them.
 * `VITEST_RECIPE_HELPERS` sets another number, 0 none.
 */
export function provideHelpers(vitest: Vitest, files: number): void {
  const wanted = process.env.VITEST_RECIPE_HELPERS
  const helpers =
    wanted !== undefined && /^\d+$/.test(wanted)
      ? Number(wanted)
      : spareCores({ files, workers: workersOf(vitest), cores: availableParallelism() })
  for (const project of vitest.projects) project.provide(helpersKey, helpers)
}

/** For each worker that runs. */
export function spareCores({
  files,
  workers,
  cores,
}: {
  files: number
  workers: number
  cores: number
}): number {
  const running = Math.max(1, Math.min(files, workers))
  return Math.max(0, Math.floor((cores - running) / running))
}

function workersOf({ config }: Vitest): number {
  const { maxWorkers } = config
  return typeof maxWorkers === 'number' ? maxWorkers : Math.max(1, availableParallelism() - 1)
}
