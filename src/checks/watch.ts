import * as tf from '@tensorflow/tfjs'
import { assertExamples } from '../training/examples.js'
import { areVariables, type Moment, momentOf } from '../training/moment.js'
import { openProgram } from '../training/open.js'
import { type OptimizerUpdate, recordUpdates } from '../training/optimizer-updates.js'
import { readTogether } from '../training/read-together.js'
import { type MadeStep, makeStep } from '../training/recorded-step.js'
import { mixSeed, withSeed } from '../training/seed.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'
import { type CheckOptions, defaultSeed } from './options.js'
import type { CheckResult } from './result.js'

/** One update of the weights, as those who look on see it. */
export interface Step {
  /** How many there have been, this one included. */
  count: number
  loss: number
  /** Gradients the update used, by weight, where the program hands them over and somebody looks at them. */
  gradients: tf.NamedTensorMap | undefined
  /** Updates of weights by optimizers of TensorFlow.js. */
  updates: readonly OptimizerUpdate[]
}

/** A check that looks on while a program takes its first steps on one batch. Several can share one training. */
export interface Watch {
  /** Looks at the fresh program. */
  begin(program: Trainable, batch: Examples): void
  /** It needs no further step. */
  done(): boolean
  /** Tensors it keeps over the step; they are freed after it. */
  beforeStep?(program: Trainable): tf.Tensor[]
  /**
   * Right after a step: the numbers it needs of it, as tensors of single precision. They are read later, together with
   * those of other steps; nothing is read here.
   */
  measure?(program: Trainable, step: Omit<Step, 'loss' | 'count'>): tf.Tensor[]
  /** `afterStep` looks at the gradients: they are kept until then. */
  looksAtGradients?: boolean
  /** It wants the program as it is after so many steps. */
  looksAfter(count: number): boolean
  /**
   * In the order of the steps, with what `measure` gave. The program is as the step left it where `looksAfter` said so
   * and where the loss is not finite; else it may be some steps ahead.
   */
  afterStep?(program: Trainable, step: Step, numbers: readonly ArrayLike<number>[]): void
  /** After the last step; `openAnother` makes a fresh program under another seed, to be disposed. */
  compare?(program: Trainable, openAnother: () => Promise<Trainable>): Promise<void>
  /** `cut`: the time ran out, or the run was aborted, before it was done. */
  result(program: Trainable, cut: boolean): CheckResult
}

/** Checks that look on at a training, whoever trains. */
export interface Watching {
  /** Some check needs further steps. */
  needsSteps(): boolean
  /** Makes one. Whoever calls disposes what it returns. */
  step(): Promise<WatchedStep>
  /** Has the checks look at all steps that were made. */
  catchUp(): void
  /**
   * Their results, in their order; `cut`: there are no further steps though some check needs them. They find the program
   * as it was when the last of them was done; then it is again as the last step left it.
   */
  results(cut: boolean): Promise<CheckResult[]>
  /** Frees what it keeps of steps that nobody looked at. */
  dispose(): void
}

/**
 * The checks begin to look on at a fresh program. `subject` makes another one, for those that compare. Numbers are read
 * every few steps, all at once, so that an accelerator need not wait at each; what steps beyond the last that is needed
 * changed is undone for those who look.
 */
export function watch(
  program: Trainable,
  batch: Examples,
  watches: readonly Watch[],
  {
    subject,
    seed,
    readEvery = stepsBetweenReads(program),
  }: { subject: Subject; seed: number; readEvery?: number },
): Watching {
  for (const one of watches) one.begin(program, batch)
  const active = () => watches.filter((one) => !one.done())
  let queue: QueuedStep[] = []
  let [count, broken] = [0, false]
  let lastLoss: number | undefined
  /** The program as the last step left it, and as the earlier step did that checks are looking at. */
  let [latest, earlier]: Moment[] = []
  /** The program as checks see it. */
  let seen = program
  const needsSteps = () => !broken && active().length > 0

  function catchUp(): void {
    const steps = queue
    queue = []
    try {
      const numbers = readTogether(
        steps.flatMap(({ loss, measured }) => [loss, ...measured.flatMap(({ tensors }) => tensors)]),
      )
      let at = 0
      for (const step of steps) {
        if (!needsSteps()) break
        const loss = numbers[at++]![0]!
        lastLoss = loss
        broken = !Number.isFinite(loss)
        if (broken) goBackTo(step)
        for (const { one, tensors } of step.measured) {
          const own = numbers.slice(at, at + tensors.length)
          at += tensors.length
          if (!one.done()) one.afterStep?.(seen, { ...step, loss }, own)
        }
        if (!needsSteps()) goBackTo(step)
      }
    } catch (error) {
      goOn()
      throw error
    } finally {
      for (const step of steps) disposeQueued(step)
    }
  }

  function goBackTo(step: QueuedStep): void {
    if (!step.moment || latest) return
    latest = momentOf(program)
    earlier = step.moment
    step.moment = undefined
    seen = earlier.putBack()
  }

  function goOn(): void {
    latest?.putBack()
    latest?.dispose()
    earlier?.dispose()
    latest = earlier = undefined
    seen = program
  }

  /** Takes down what the checks need of the step just made; what a check threw. */
  function see(made: MadeStep, updates: readonly OptimizerUpdate[], watching: readonly Watch[]): unknown {
    try {
      const isRead = count % readEvery === 0 || watching.some((one) => one.looksAfter(count))
      try {
        queue.push(queuedStep(program, { made, updates, count, watching, isLast: isRead }))
      } catch (error) {
        // An earlier step may have been the last that anybody needed.
        catchUp()
        if (needsSteps()) throw error
      }
      if (isRead) catchUp()
      return undefined
    } catch (error) {
      return error
    }
  }

  return {
    needsSteps,
    catchUp,
    async step() {
      const watching = active()
      const kept = watching.flatMap((one) => one.beforeStep?.(program) ?? [])
      try {
        const { result: made, updates } = await recordUpdates(() => makeStep(program, batch))
        count++
        const failure = see(made, updates, watching)
        return { ...made, value: lastLoss, failure }
      } catch (error) {
        try {
          catchUp()
        } catch {}
        throw error
      } finally {
        tf.dispose(kept)
      }
    },
    async results(cut) {
      try {
        catchUp()
        const missing = cut && needsSteps()
        const openAnother = () => openProgram(subject, mixSeed(seed, 'another program'))
        for (const one of watches) if (!missing) await one.compare?.(seen, openAnother)
        return watches.map((one) => ({ ...one.result(seen, missing && !one.done()), seed, seconds: 0 }))
      } finally {
        goOn()
      }
    },
    dispose() {
      for (const step of queue) disposeQueued(step)
      queue = []
      goOn()
    },
  }
}

/**
 * Trains a fresh program on one batch until every check that looks on has seen enough, or the loss is not finite.
 * Their results come in their order; the first carries the time of all.
 */
export async function watchFirstSteps(
  subject: Subject,
  batch: Examples,
  watches: readonly Watch[],
  options: CheckOptions,
): Promise<CheckResult[]> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    const watching = watch(program, batch, watches, { subject, seed })
    try {
      const cut = await withSeed(mixSeed(seed, 'run'), () => takeSteps(watching, options))
      const [first, ...others] = await watching.results(cut)
      return [{ ...first!, seconds: (performance.now() - started) / 1000 }, ...others]
    } finally {
      watching.dispose()
    }
  } finally {
    program.dispose()
  }
}

/** Makes steps as long as they are needed; whether it was cut short. */
async function takeSteps(
  watching: Watching,
  { signal, deadline = Infinity, onProgress }: CheckOptions,
): Promise<boolean> {
  for (let step = 1; watching.needsSteps(); step++) {
    if (signal?.aborted === true || performance.now() > deadline) return true
    let made: WatchedStep
    try {
      made = await watching.step()
    } catch (error) {
      if (watching.needsSteps()) throw error
      // It was a step beyond the last that is needed.
      break
    }
    const { loss, gradients, value, failure } = made
    tf.dispose([loss, ...Object.values(gradients ?? {})])
    if (failure !== undefined) throw failure
    if (value !== undefined) onProgress?.({ step, steps: step, loss: value })
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return false
}

/** A step that was looked at, with the last loss that was read, and what a check threw while it looked. */
type WatchedStep = MadeStep & { value: number | undefined; failure: unknown }

/** A step whose numbers are still on the backend. */
interface QueuedStep extends Omit<Step, 'loss'> {
  loss: tf.Tensor
  measured: Array<{ one: Watch; tensors: tf.Tensor[] }>
  /** The program as the step left it; undefined where it is read before the next, and once somebody went back to it. */
  moment: Moment | undefined
}

function queuedStep(
  program: Trainable,
  {
    made,
    updates,
    count,
    watching,
    isLast,
  }: {
    made: MadeStep
    updates: readonly OptimizerUpdate[]
    count: number
    watching: readonly Watch[]
    isLast: boolean
  },
): QueuedStep {
  const measured: QueuedStep['measured'] = []
  try {
    for (const one of watching) {
      const tensors = tf.tidy(() => one.measure?.(program, { gradients: made.gradients, updates }) ?? [])
      measured.push({ one, tensors })
    }
  } catch (error) {
    tf.dispose(measured.flatMap(({ tensors }) => tensors))
    throw error
  }
  const isKept = watching.some(({ looksAtGradients }) => looksAtGradients)
  const gradients = isKept ? made.gradients : undefined
  return {
    count,
    updates,
    loss: made.loss.clone(),
    gradients:
      gradients && Object.fromEntries(Object.entries(gradients).map(([name, one]) => [name, one.clone()])),
    measured,
    moment: isLast ? undefined : momentOf(program),
  }
}

function disposeQueued({ loss, gradients, measured, moment }: QueuedStep): void {
  tf.dispose([loss, ...Object.values(gradients ?? {}), ...measured.flatMap(({ tensors }) => tensors)])
  moment?.dispose()
}

const mostStepsBetweenReads = 8
/** Numbers, in the weights and gradients that are kept of steps which nobody has looked at. */
const mostKept = 2 ** 26

/**
 * Steps are looked at later where the program can be put back, or where no more of it is looked at than its weights: layers
 * whose weights are no variables cannot be put back.
 */
function stepsBetweenReads(program: Trainable): number {
  const weights = program.weights()
  if (program.layers && !areVariables(weights)) return 1
  const size = Object.values(weights).reduce((sum, weight) => sum + weight.size, 0)
  return Math.max(1, Math.min(mostStepsBetweenReads, Math.floor(mostKept / (2 * size))))
}
