import { type Data, disposeData, type Program } from '../../fixtures/zoo/program.js'
import type { CauseName } from '../../src/checks/result.js'
import { openProgram } from '../../src/training/open.js'
import { mixSeed, withSeed } from '../../src/training/seed.js'
import type { Trainable } from '../../src/training/trainable.js'
import type { Tool, Verdict } from '../calibrate/tool.js'

/** One message of a tool, in our words, and every cause it can stand for. */
export interface Finding {
  said: string
  causes: CauseName[]
}

/** What a tool has of the program it examines. */
export interface Examination {
  data: Data
  /** Steps its authors would train it for. */
  steps: number
  batchSize: number
  shuffle: boolean
  seed: number
  /** The program as it is before training; each call makes another one. Disposed with the examination. */
  open: () => Promise<Trainable>
}

/** What a tool found, in the order in which it would say it; or why it cannot examine this program. */
export type Outcome = Finding[] | { notApplicable: string }

/**
 * A tool that looks as `examine` does. A training that throws needs no tool to be noticed: it counts as detected,
 * with the error as its words and no cause.
 */
export function peer(
  name: string,
  source: string,
  examine: (examination: Examination) => Outcome | Promise<Outcome>,
): Tool {
  return {
    name,
    source,
    async examine({ create, data, steps, recipe }: Program, seed: number): Promise<Verdict> {
      const started = performance.now()
      const opened: Trainable[] = []
      const examples = data(seed)
      const open = async () => {
        const program = await openProgram(create, seed)
        opened.push(program)
        return program
      }
      let outcome: Outcome
      try {
        outcome = await withSeed(mixSeed(seed, name), () =>
          examine({
            data: examples,
            steps,
            batchSize: recipe?.batchSize ?? 32,
            shuffle: recipe?.shuffle ?? true,
            seed,
            open,
          }),
        )
      } catch (error) {
        outcome = [{ said: `the training throws: ${(error as Error).message}`, causes: [] }]
      } finally {
        for (const program of opened) program.dispose()
        disposeData(examples)
      }
      const findings = 'notApplicable' in outcome ? [] : outcome
      return {
        detected: findings.length > 0,
        causes: findings.map(({ causes }) => causes),
        said: findings.map(({ said }) => said),
        ...('notApplicable' in outcome && outcome),
        seconds: (performance.now() - started) / 1000,
      }
    },
  }
}

/** Messages by rule: a rule that speaks again at a later step or layer adds nothing. */
export class Findings {
  private readonly byRule = new Map<string, Finding>()

  add(rule: string, said: string, causes: CauseName[]): void {
    if (!this.byRule.has(rule)) this.byRule.set(rule, { said, causes })
  }

  all(): Finding[] {
    return [...this.byRule.values()]
  }
}
