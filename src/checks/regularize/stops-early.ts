import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import type { Recipe } from '../../recipe/recipe.js'
import { normalCdf } from '../../statistics/normal-cdf.js'
import { plural } from '../../statistics/tables.js'
import { exampleLosses, pairedGain } from '../../training/example-losses.js'
import { countExamples, describe } from '../../training/examples.js'
import { lossOf } from '../../training/measure.js'
import { viewOutputs } from '../../training/outputs.js'
import { runPlan } from '../../training/planned-run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'
import { isRecipe, planFor } from './planned-subject.js'

export interface StopsEarlyOptions extends CheckOptions {
  /** Needed where the subject is no recipe. */
  train?: Examples
  validation?: Examples
  /** Looks without a new lowest loss before training stops. Default: that of the recipe's `earlyStopping`, else 5. */
  patience?: number
  /** Steps between two looks. Default: that of the recipe, else 50. */
  every?: number
  /** Steps if nothing stops it. Default: those of the recipe, else 1000. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** What training on may still gain. Default 0.01: 1 % of the validation loss. */
  margin?: number
}

interface Look {
  step: number
  loss: number
  /** Of each example, where the loss is a standard one. */
  losses: Float64Array | undefined
}

/** The chance, over all later looks together, that one of them is called better though it is not. */
const alpha = 0.01
/** Without the loss of each example there is no standard error: only a gain this large counts. */
const marginOfUnknown = 0.05

/**
 * Early stopping does its work (Karpathy's step 4: "stop training based on your measured validation loss to catch your
 * model just as it's about to overfit"): it stops before the steps are used up, and training on would not have found a
 * validation loss that is lower by 1 % beyond the noise of its examples. Trains once, to the last step, and looks what
 * stopping would have done: costs `steps`, and a prediction on the validation examples at each look.
 */
export async function checkStopsEarly(
  subject: Recipe | Subject,
  options: StopsEarlyOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const stopping = isRecipe(subject) ? subject.earlyStopping : undefined
  const {
    seed = defaultSeed,
    patience = stopping?.patience ?? 5,
    every = stopping?.every ?? 50,
    steps = (isRecipe(subject) ? subject.steps : undefined) ?? 1000,
    margin = 0.01,
  } = options
  assertCounts({ patience, every, steps, batchSize: options.batchSize })
  if (!(margin >= 0 && margin < 1)) {
    throw new InvalidArgumentError('options.margin', describe(margin), 'a share from 0 up to 1')
  }
  if (steps < 2 * every) {
    throw new InvalidArgumentError('options.steps', String(steps), `at least two looks: ${2 * every}`)
  }
  const { earlyStopping: _, ...plan } = await planFor(subject, 'subject', options)
  const looks: Look[] = []
  const { program, ...run } = await runPlan(plan, {
    ...controlOf(options),
    seed,
    steps,
    look: {
      every,
      see(current, step) {
        looks.push(lookAt(current, plan.validation, step))
        return undefined
      },
    },
  })
  program.dispose()
  const cut = wasCutShort(run.end)
  const diverged = looks.findIndex(({ loss }) => !Number.isFinite(loss))
  const seen = diverged < 0 ? looks : looks.slice(0, diverged)
  const { best, stop } = stopAfter(seen, patience)
  const missed = stop === undefined ? undefined : findMissed(seen.slice(stop + 1), seen[best]!, margin)
  const passed = !cut && stop !== undefined && missed === undefined
  const kept = seen[best]
  return {
    check: 'stops-early',
    stage: 'regularize',
    status: passed ? 'passed' : 'failed',
    summary: cut
      ? `Stopped before the test's time ran out, at step ${run.losses.length} of ${steps}. ${moreTime}`
      : describeStop({ seen, best, stop, missed, steps, patience, every }),
    measured: {
      stopped: stop === undefined ? steps : seen[stop]!.step,
      kept: kept?.step ?? 0,
      loss: kept?.loss ?? Number.NaN,
      last: seen.at(-1)?.loss ?? Number.NaN,
    },
    expected: { stopped: `< ${steps}`, 'gain of training on': `< ${formatPercent(margin)}` },
    causes:
      passed || cut || !kept
        ? []
        : [
            causeOf({
              kept,
              missed,
              stop: stop === undefined ? undefined : seen[stop]!,
              steps,
              patience,
              every,
            }),
          ],
    curves: { loss: run.losses, 'validation loss': spread(looks, every, run.losses.length) },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function lookAt(program: Trainable, validation: Examples, step: number): Look {
  const losses = exampleLosses(
    viewOutputs(program, validation, 'options.validation'),
    countExamples(validation),
  )
  return {
    step,
    losses,
    loss: losses ? losses.reduce((sum, loss) => sum + loss, 0) / losses.length : lossOf(program, validation),
  }
}

/** What stopping would do: the look it stops at, undefined if none, and the one whose weights it keeps. */
function stopAfter(looks: readonly Look[], patience: number): { best: number; stop: number | undefined } {
  let best = 0
  for (let i = 1; i < looks.length; i++) {
    if (looks[i]!.loss < looks[best]!.loss) best = i
    else if (i - best >= patience) return { best, stop: i }
  }
  return { best, stop: undefined }
}

/** A later look that is better than what was kept, beyond the noise of the examples; the best of them. */
function findMissed(later: readonly Look[], kept: Look, margin: number): (Look & { p: number }) | undefined {
  const [best] = [...later].sort((a, b) => a.loss - b.loss)
  if (!best) return undefined
  const gain = (kept.loss - best.loss) / Math.abs(kept.loss)
  if (!kept.losses || !best.losses) return gain >= marginOfUnknown ? { ...best, p: Number.NaN } : undefined
  if (gain < margin) return undefined
  const paired = pairedGain(kept.losses, best.losses)
  const p = Math.min(1, later.length * normalCdf(-paired.gain / paired.error))
  return p < alpha ? { ...best, p } : undefined
}

interface Stopping {
  steps: number
  patience: number
  every: number
}

function describeStop({
  seen,
  best,
  stop,
  missed,
  steps,
  patience,
  every,
}: Stopping & {
  seen: readonly Look[]
  best: number
  stop: number | undefined
  missed: Look | undefined
}): string {
  const kept = seen[best]
  if (!kept) return 'The validation loss is not finite from the first look on.'
  const at = `validation loss ${formatNumber(kept.loss)} at step ${kept.step}`
  if (stop === undefined) {
    return `It never stops: the lowest ${at} of ${steps} is not followed by ${patience} looks (one every ${every} steps) without a lower one.`
  }
  const last = seen.at(-1)!
  const change = (look: Look) => formatPercent(Math.abs(look.loss / kept.loss - 1))
  const stopped = `It stops at step ${seen[stop]!.step} of ${steps} and keeps ${at}`
  return missed
    ? `${stopped}, but training on finds ${formatNumber(missed.loss)} at step ${missed.step}: ${change(missed)} lower.`
    : `${stopped}; training on to step ${last.step} ends ${change(last)} ${last.loss >= kept.loss ? 'higher' : 'lower'}.`
}

function causeOf({
  kept,
  missed,
  stop,
  steps,
  patience,
  every,
}: Stopping & { kept: Look; missed: (Look & { p: number }) | undefined; stop: Look | undefined }): Cause {
  if (missed && stop) {
    const needed = Math.ceil((missed.step - kept.step) / every) + 1
    return {
      name: 'stopped-too-early',
      evidence: `the validation loss ${formatNumber(kept.loss)} at step ${kept.step} is not the lowest: ${formatNumber(missed.loss)} at step ${missed.step}${Number.isNaN(missed.p) ? '' : ` (p = ${formatNumber(Number(missed.p.toPrecision(2)))})`}`,
      fix: `patience ${needed} instead of ${patience}, at a look every ${every} steps; or look less often, or at more validation examples, so that noise does not end the run`,
    }
  }
  return {
    name: 'stopped-too-early',
    evidence: `the lowest validation loss is that of step ${kept.step}, ${plural(Math.floor((steps - kept.step) / every), 'look')} before the end: it may fall further`,
    fix: `train longer than ${steps} steps, and let early stopping end the run; if the loss falls so slowly that it never ends, raise the learning rate`,
  }
}

/** One value for each training step, so that both curves share an axis. */
function spread(looks: readonly Look[], every: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => looks[Math.floor(step / every)]?.loss ?? Number.NaN)
}
