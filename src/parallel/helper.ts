import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { selectBackend } from '../backend/select.js'
import { leaveDiagnosesToOthers } from '../diagnosis/left-to-others.js'
import { rememberLibrary } from '../memo/library.js'
import { withMemory } from '../memo/remember.js'
import { openStore } from '../memo/store.js'
import { checksWithin } from '../recipe/checks-within.js'
import { recipeContext } from '../recipe/recipe-context.js'
import type { HelperSetup, ToHelper, ToMain } from './helper-messages.js'
import type { Job, JobProgress, JobResults } from './jobs.js'
import { recipeOf } from './portable-recipe.js'

/** A process that runs checks of one recipe for another. Its argument is the file of a `HelperSetup`. */

const setup = deserialize(readFileSync(process.argv[2]!)) as HelperSetup
const { budget, steps, backend, root, memory, milliseconds, task } = setup
await selectBackend({ backend, root })
rememberLibrary()
leaveDiagnosesToOthers()
const context = recipeContext(recipeOf(setup.recipe), budget, steps)
const checks = new Map(checksWithin(context).map((check) => [check.name, check]))
const where = memory && { store: openStore(memory.folder), surroundings: memory.surroundings }

const tell = (message: ToMain) => process.send?.(message)
const pace = 250

/** What throws has no result: whoever waits runs it again, and says what is wrong. */
async function run(job: Job): Promise<JobResults> {
  const results: JobResults = []
  let next = 0
  const onProgress = (progress: JobProgress) => {
    if (performance.now() < next) return
    next = performance.now() + pace
    tell({ progress })
  }
  for (const { check, seed } of job) {
    const control = { seed, deadline: performance.now() + milliseconds, ...(task && { task }), onProgress }
    const result = await checks
      .get(check)!
      .run(control)
      .catch(() => undefined)
    if (result) results.push({ check, seed, result })
  }
  return results
}

process.on('message', ({ job }: ToHelper) => {
  void withMemory(where, () => run(job)).then((results) => tell({ results }))
})
process.on('disconnect', () => process.exit())
tell({ results: [] })
