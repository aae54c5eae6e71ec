import { describe, test } from 'vitest'
import { ablationTable } from '../experiments/ablation-table.js'
import {
  type AblationOptions,
  type AblationReport,
  type Arms,
  runAblation,
} from '../experiments/run-ablation.js'
import { verdictMessage } from '../experiments/verdict-message.js'
import { progressListener } from '../matchers/progress.js'
import { recipeSettings } from '../matchers/settings.js'
import type { Recipe } from './recipe.js'

export interface DescribeAblationOptions extends AblationOptions {
  /** Milliseconds for the whole ablation. Default: half an hour. */
  timeout?: number
}

const defaultTimeout = 30 * 60_000
/** What training may use of the time; the rest is for the message. */
const shareOfTimeout = 0.95

/**
 * An ablation as a group of tests: one for each arm with a hypothesis, which passes when the hypothesis is supported,
 * and one that prints the table. All share one run. Finished runs are kept in node_modules/.cache until the ablation is
 * through, so that one that was stopped goes on.
 */
export function ablation(
  name: string,
  base: Recipe,
  arms: Arms,
  options: DescribeAblationOptions = {},
): void {
  const { timeout = defaultTimeout, ...rest } = options
  let running: Promise<AblationReport> | undefined
  const report = (signal: AbortSignal) => {
    running ??= runAblation(name, base, arms, {
      seed: recipeSettings().seed,
      journal: journalOf(name),
      deadline: performance.now() + shareOfTimeout * timeout,
      signal,
      ...progress(),
      ...rest,
    })
    return running
  }
  describe(name, { timeout }, () => {
    for (const arm of Object.keys(options.hypothesis ?? {})) {
      test(`${arm} ${String(options.hypothesis![arm])}`, async ({ signal }) => {
        const found = await report(signal)
        const armReport = found.arms.find((one) => one.arm === arm)!
        if (armReport.verdict !== 'supported') throw new HypothesisError(verdictMessage(found, armReport))
      })
    }
    test('all arms, measured', async ({ signal, annotate, task }) => {
      const found = await report(signal)
      task.meta.recipe = { ...task.meta.recipe, tables: [ablationTable(found)] }
      await annotate(ablationTable(found))
      console.info(ablationTable(found))
      if (found.interrupted)
        throw new HypothesisError(`Interrupted before the end.\n\n${ablationTable(found)}`)
    })
  })
}

/** A hypothesis that is refuted or undecided. Without a stack: no line of code is at fault. */
class HypothesisError extends Error {
  override name = 'HypothesisError'

  constructor(message: string) {
    super(message)
    this.stack = `${this.name}: ${message}`
  }
}

const journalOf = (name: string): string =>
  `node_modules/.cache/vitest-recipe/ablation/${name.replace(/[^\w-]+/g, '-').slice(0, 80)}.jsonl`

function progress(): Pick<AblationOptions, 'onProgress'> {
  let label = ''
  const listener = progressListener(() => label)
  if (!listener) return {}
  return {
    onProgress({ arm, seed, runs, runsLeft, secondsLeft, ...at }) {
      const left = secondsLeft === undefined ? '' : `-${Math.ceil(secondsLeft)}s-left`
      label = `${arm.replace(/[^\w-]+/g, '-')}-seed-${seed}-run-${runs + 1}-of-${runs + runsLeft}${left}`
      listener(at)
    },
  }
}
