import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { selectBackend } from '../backend/select.js'
import { rememberLibrary } from '../memo/library.js'
import { withMemory } from '../memo/remember.js'
import { openStore } from '../memo/store.js'
import { checksWithin } from '../recipe/checks-within.js'
import { recipeContext } from '../recipe/recipe-context.js'
import type { HelperSetup, ToHelper, ToMain } from './helper-messages.js'
import type { Job, JobResults } from './jobs.js'
import { recipeOf } from './portable-recipe.js'

/** A process that runs checks of one recipe for another. Its argument is the file of a `HelperSetup`. */

const setup = deserialize(readFileSync(process.argv[2]!)) as HelperSetup
const { budget, steps, backend, root, memory, milliseconds, task } = setup
await selectBackend({ backend, root })
rememberLibrary()
const context = recipeContext(recipeOf(setup.recipe), budget, steps)
const checks = new Map(checksWithin(context).map((check) => [check.name, check]))
const where = memory && { store: openStore(memory.folder), surroundings: memory.surroundings }

const tell = (message: ToMain) => process.send?.(message)
const pace = 250

async function run({ checks: names, seed }: Job): Promise<JobResults> {
  const results: JobResults = {}
  let next = 0
  for (const name of names) {
    results[name] = await checks.get(name)!.run({
      seed,
      deadline: performance.now() + milliseconds,
      ...(task && { task }),
      onProgress(progress) {
        if (performance.now() < next) return
        next = performance.now() + pace
        tell({ progress })
      },
    })
  }
  return results
}

process.on('message', ({ job }: ToHelper) => {
  withMemory(where, () => run(job)).then(
    (results) => tell({ results }),
    // Whoever waits runs it again, and says what is wrong.
    () => tell({ results: {} }),
  )
})
process.on('disconnect', () => process.exit())
tell({ results: {} })
