import type { Run } from './recorded-run.js'
import { disposeStep, type MadeStep, type PendingStep, readSteps, takeStep } from './recorded-step.js'
import type { RunControl } from './run-control.js'
import { mixSeed, withSeed } from './seed.js'
import type { Examples, Trainable } from './trainable.js'

export type { Run, RunEnd } from './recorded-run.js'
export type { RunControl } from './run-control.js'

export interface RunOptions extends RunControl {
  steps: number
  /** Seeds what the steps draw: dropout masks, noise layers. */
  seed: number
  /** Called after each reading with all losses so far and the record; a reason ends the run. */
  until?: (losses: readonly number[], run: Readonly<Run>) => 'done' | 'plateau' | undefined
  /** Record gradient norm and update ratio at the first and then every so many steps; 0: never. Default 0. */
  probeEvery?: number
  /** Record the program's metrics. Default false. */
  metrics?: boolean
  /** Makes the step, for somebody who looks on; undefined: the program's own step. */
  makeStep?: ((step: number) => (() => Promise<MadeStep>) | undefined) | undefined
  /**
   * Read losses back every so many steps, or after those that it says, all in one read, so that an accelerator need not
   * wait at each. Default 8.
   */
  readEvery?: number | ((made: number) => boolean)
}

/** Timers and the runner's messages get a turn this often: a training loop never yields by itself. */
const YIELD_MILLISECONDS = 50

/**
 * Trains `program` on what `nextBatch(step)` gives (disposed by the caller's iterator, not here) and records
 * the run. Ends early when a loss is not finite, when `until` says so, at the deadline or on abort; whatever
 * was recorded until then is returned.
 */
export function trainProgram(
  program: Trainable,
  nextBatch: (step: number) => Examples,
  options: RunOptions,
): Promise<Run> {
  return withSeed(mixSeed(options.seed, 'run'), () => runSteps(program, nextBatch, options))
}

async function runSteps(
  program: Trainable,
  nextBatch: (step: number) => Examples,
  {
    steps,
    until,
    probeEvery = 0,
    readEvery = 8,
    makeStep,
    metrics = false,
    signal,
    deadline = Infinity,
    onProgress,
  }: RunOptions,
): Promise<Run> {
  const run: Run = {
    losses: [],
    penalties: [],
    metrics: {},
    gradientNorms: [],
    updateRatios: [],
    secondsPerStep: 0,
    end: 'steps',
  }
  let pending: PendingStep[] = []
  let yielded = performance.now()
  const started = yielded
  try {
    for (let step = 0; step < steps; step++) {
      const batch = nextBatch(step)
      const probed = probeEvery > 0 && step % probeEvery === 0
      pending.push(await takeStep(program, batch, { step, probed, metrics, make: makeStep?.(step) }))
      const isRead = typeof readEvery === 'number' ? pending.length >= readEvery : readEvery(step + 1)
      if (isRead || step === steps - 1) {
        const finite = readSteps(pending, run)
        pending = []
        const reason = finite ? until?.(run.losses, run) : 'non-finite'
        if (reason) {
          run.end = reason
          break
        }
      }
      const now = performance.now()
      if (now - yielded > YIELD_MILLISECONDS) {
        const loss = run.losses.at(-1)
        if (loss !== undefined) onProgress?.({ step: step + 1, steps, loss })
        await new Promise<void>((resolve) => setImmediate(resolve))
        yielded = performance.now()
        if (signal?.aborted || yielded > deadline) {
          run.end = signal?.aborted ? 'aborted' : 'deadline'
          break
        }
      }
    }
    readSteps(pending, run)
    pending = []
  } finally {
    pending.forEach(disposeStep)
  }
  run.secondsPerStep = (performance.now() - started) / 1000 / Math.max(run.losses.length, 1)
  return run
}
