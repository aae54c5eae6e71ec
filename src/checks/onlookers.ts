import * as tf from '@tensorflow/tfjs'
import type { MadeStep } from '../training/recorded-step.js'
import type { RunControl } from '../training/run.js'
import { mixSeed, withSeed } from '../training/seed.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'
import type { CheckResult } from './result.js'
import { type Watch, type Watching, watch } from './watch.js'

/** Checks that look on at the first steps of a program which another check trains anyway. */
export interface Onlookers {
  /** Undefined where they have nothing to look at. */
  begin(program: Trainable, batch: Examples, control: RunControl & { seed: number }): Onlooking | undefined
}

export interface Onlooking {
  /** Makes the next step; undefined: they have seen enough. */
  nextStep(): (() => Promise<MadeStep>) | undefined
  /** The other check needs no further steps: makes those that are missing, as long as there is time. */
  finish(): Promise<void>
  /** There are no further steps. */
  dispose(): void
}

/**
 * Lets `watches` look on at trainings on a batch that they want. Their results go to `tell`, at most once. Where one of
 * them throws none are told, and the other check hears nothing of it.
 */
export function onlookers(
  subject: Subject,
  watches: readonly Watch[],
  wants: (batch: Examples) => boolean,
  tell: (results: CheckResult[]) => void,
): Onlookers {
  return {
    begin(program, batch, control) {
      try {
        if (!wants(batch)) return undefined
        return lookOn(watch(program, batch, watches, { subject, seed: control.seed }), control, tell)
      } catch {
        return undefined
      }
    },
  }
}

function lookOn(
  watching: Watching,
  { seed, signal, deadline = Infinity }: RunControl & { seed: number },
  tell: (results: CheckResult[]) => void,
): Onlooking {
  let over = false
  const isTimeOver = () => signal?.aborted === true || performance.now() > deadline
  const tellIfDone = async () => {
    over ||= !watching.needsSteps()
    if (!over) return
    const started = performance.now()
    await watching.results(false).then(
      ([first, ...others]) => tell([{ ...first!, seconds: (performance.now() - started) / 1000 }, ...others]),
      () => {},
    )
  }
  const step = async () => {
    const { failure, loss, gradients } = await watching.step()
    if (failure !== undefined) over = true
    else await tellIfDone()
    return { loss, gradients }
  }
  return {
    nextStep: () => (over ? undefined : step),
    dispose: () => watching.dispose(),
    finish: () =>
      withSeed(mixSeed(seed, 'run'), async () => {
        if (over) return
        try {
          watching.catchUp()
        } catch {
          over = true
          return
        }
        await tellIfDone()
        while (!over && !isTimeOver()) {
          const { loss, gradients } = await step()
          tf.dispose([loss, ...Object.values(gradients ?? {})])
          await new Promise<void>((resolve) => setImmediate(resolve))
        }
      }),
  }
}
