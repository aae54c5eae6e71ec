import { type CheckOptions, defaultSeed } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import type { Budget } from '../recipe/recipe.js'
import type { RecipeCheck, RecipeContext } from '../recipe/recipe-context.js'
import type { HelperSetup } from './helper-messages.js'
import { canHelp, type HelperEvents, type Helpers, startHelpers } from './helpers.js'
import { type Job, type JobProgress, type JobResults, jobsOf } from './jobs.js'
import { portableRecipe } from './portable-recipe.js'

export interface AheadOptions {
  /** How many processes may help. */
  helpers: number
  /** What they need besides the recipe. */
  setup: Omit<HelperSetup, 'recipe' | 'budget' | 'steps'>
}

/** Checks that other processes run while this one is at earlier ones. */
export interface Ahead {
  /** The same check, with its result taken from a helper where one has it, or is at it. */
  wrap(check: RecipeCheck, seeds: number): RecipeCheck
  stop(): Promise<void>
}

interface Assignment {
  job: Job
  by: 'nobody' | 'helper' | 'us'
  results: Promise<JobResults>
  finish: (results: JobResults) => void
  listeners: Set<(progress: JobProgress) => void>
}

/** Milliseconds that making programs for helpers may take. The check that comes next waits for it. */
const mostPreparation = 1000

/** Milliseconds of a recipe before helpers are started: short ones are through before a helper has loaded TensorFlow. */
const patience: Record<Budget, number> = { quick: 6000, standard: 6000, thorough: 2000 }

/**
 * Runs checks of a recipe ahead of their turn in helpers, the last first. What a helper finds is what this process would
 * have found, bit for bit: the same code on the same program, data and seed. Failures are run again here, with all that
 * their diagnosis needs. Programs that cannot travel are checked here alone.
 */
export function runAhead(context: RecipeContext, { helpers: count, setup }: AheadOptions): Ahead {
  const checks: Array<{ check: RecipeCheck; seeds: number }> = []
  let assignments: Assignment[] = []
  let helpers: Helpers | undefined
  /** When the first check began, and its seed: others may follow. */
  let first: { time: number; seed: number } | undefined
  let tried = false

  async function startWhenLong(seed: number): Promise<void> {
    first ??= { time: performance.now(), seed }
    if (tried || count < 1 || performance.now() - first.time < patience[context.budget]) return
    tried = true
    const waiting = jobsOf(checks, first.seed).map(assignmentOf)
    if (waiting.length < 2 || !canHelp()) return
    const recipe = await portableRecipe(context, seedsOf(waiting), mostPreparation).catch(() => undefined)
    if (!recipe) return
    const { budget, steps } = context
    const events: HelperEvents = {
      next() {
        const last = assignments.findLast(({ by }) => by === 'nobody')
        if (last) last.by = 'helper'
        return last?.job
      },
      done: (job, results) => assignments.find((one) => one.job === job)!.finish(results),
      progress(job, progress) {
        for (const listen of assignments.find((one) => one.job === job)!.listeners) listen(progress)
      },
    }
    try {
      helpers = startHelpers(Math.min(count, waiting.length - 1), { ...setup, recipe, budget, steps }, events)
      assignments = waiting
    } catch {
      // No room for a file, or none for a process: everything is run here.
    }
  }

  /** The result of a helper; undefined where this process has to run the check. */
  async function resultElsewhere(check: string, options: CheckOptions): Promise<CheckResult | undefined> {
    const { seed = defaultSeed, onProgress } = options
    await startWhenLong(seed)
    const assignment = assignments.find(({ job }) =>
      job.some((task) => task.check === check && task.seed === seed),
    )
    if (assignment?.by !== 'helper') {
      if (assignment) assignment.by = 'us'
      return undefined
    }
    if (onProgress) assignment.listeners.add(onProgress)
    const results = await withinHalfTime(assignment.results, options)
    if (onProgress) assignment.listeners.delete(onProgress)
    const found = results?.find((one) => one.check === check && one.seed === seed)
    return found?.result.status === 'failed' ? undefined : found?.result
  }

  return {
    wrap(check, seeds) {
      checks.push({ check, seeds })
      return {
        ...check,
        run: async (options) => (await resultElsewhere(check.name, options)) ?? check.run(options),
      }
    },
    async stop() {
      const running = helpers
      helpers = undefined
      await running?.stop()
    },
  }
}

function assignmentOf(job: Job): Assignment {
  let finish: Assignment['finish'] = () => {}
  const results = new Promise<JobResults>((resolve) => {
    finish = resolve
  })
  return { job, by: 'nobody', results, finish, listeners: new Set() }
}

const seedsOf = (assignments: readonly Assignment[]): number[] => [
  ...new Set(assignments.flatMap(({ job }) => job.map(({ seed }) => seed))),
]

/** The value, or undefined where half of the check's time is over before: the rest is for running it here. */
async function withinHalfTime<Value>(
  value: Promise<Value>,
  { signal, deadline = Infinity }: CheckOptions,
): Promise<Value | undefined> {
  let forget = () => {}
  const over = new Promise<undefined>((resolve) => {
    const stop = () => resolve(undefined)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    const timer =
      Number.isFinite(deadline) && setTimeout(stop, Math.max(0, (deadline - performance.now()) / 2))
    forget = () => {
      signal?.removeEventListener('abort', stop)
      if (timer) clearTimeout(timer)
    }
  })
  return Promise.race([value, over]).finally(forget)
}
