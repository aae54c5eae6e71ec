import type { Cause } from '../../diagnosis/cause.js'
import {
  causeOfDivergence,
  causeOfImpatience,
  causeOfNoStop,
  causeOfStandstill,
  causesOfNeverLower,
} from '../../diagnosis/early-stopping.js'
import { InvalidArgumentError } from '../../errors.js'
import type { MeasuredPlan } from '../../experiments/compare-plans.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import type { Recipe } from '../../recipe/recipe.js'
import { findBetter, type Look, stopAfter } from '../../statistics/early-stopping.js'
import { describe } from '../../training/examples.js'
import type { RunControl } from '../../training/run.js'
import type { Examples, Subject } from '../../training/trainable.js'
import {
  type LookedAtRun,
  lowestEarlierLook,
  smallStepsLowerLoss,
  trainAndLook,
} from '../../training/validation-looks.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
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
  /** Examples per step. Default: that of the recipe, else 32. */
  batchSize?: number
  /** What training on may still gain. Default 0.01: 1 % of the validation loss. */
  margin?: number
}

/**
 * Early stopping does its work (Karpathy's step 4: "stop training based on your measured validation loss to catch your
 * model just as it's about to overfit"): the validation loss falls at first, then stopping ends the run before the steps
 * are used up, and training on would not have found a loss that is lower by 1 % beyond the noise of its examples. Trains
 * once, to the last step, and looks what stopping would have done: costs `steps`, and a prediction on the validation
 * examples at each look.
 */
export async function checkStopsEarly(
  subject: Recipe | Subject,
  options: StopsEarlyOptions = {},
): Promise<CheckResult> {
  const settings = settingsOf(subject, options)
  const { batchSize } = options
  const plan = {
    ...(await planFor(subject, 'subject', options)),
    ...(batchSize !== undefined && { batchSize }),
  }
  const { create, ...inputs } = plan
  const { control: _, ...limits } = settings
  return remembered('stops-early', [create], { ...inputs, ...limits }, () => stopEarly(plan, settings))
}

async function stopEarly(plan: MeasuredPlan, settings: Settings): Promise<CheckResult> {
  const started = performance.now()
  const { control, seed, steps, every, margin } = settings
  const run = await trainAndLook(plan, { ...control, seed, steps, every })
  const verdict = wasCutShort(run.end)
    ? {
        summary: `Stopped before the test's time ran out, at step ${run.losses.length} of ${steps}. ${moreTime}`,
        causes: [],
        passed: false,
      }
    : await judge(run, plan, settings)
  const { best, stop } = stopAfter(run.looks, settings.patience)
  const kept = run.looks[best]!
  return {
    check: 'stops-early',
    stage: 'regularize',
    status: verdict.passed ? 'passed' : 'failed',
    summary: verdict.summary,
    measured: {
      stopped: stop === undefined ? steps : run.looks[stop]!.step,
      kept: kept.step,
      loss: kept.loss,
      last: run.looks.at(-1)!.loss,
    },
    expected: { stopped: `< ${steps}`, kept: '> 0', 'gain of training on': `< ${formatPercent(margin)}` },
    causes: verdict.causes,
    curves: { loss: run.losses, 'validation loss': spread(run.looks, every, run.losses.length) },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

interface Settings {
  control: RunControl
  seed: number
  patience: number
  every: number
  steps: number
  margin: number
}

function settingsOf(subject: Recipe | Subject, options: StopsEarlyOptions): Settings {
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
  return { control: controlOf(options), seed, patience, every, steps, margin }
}

interface Verdict {
  passed: boolean
  summary: string
  causes: Cause[]
}

/** What stopping would have made of the run, and what is wrong with that. */
async function judge(run: LookedAtRun, plan: MeasuredPlan, settings: Settings): Promise<Verdict> {
  const { looks } = run
  const { patience, every, steps, margin, seed } = settings
  const { best, stop: stopAt } = stopAfter(looks, patience)
  const kept = looks[best]!
  const stop = stopAt === undefined ? undefined : looks[stopAt]!
  const failed = (summary: string, ...causes: Cause[]) => ({ passed: false, summary, causes })
  if (!Number.isFinite(kept.loss)) {
    return failed('The validation loss is not finite from the first look on.', causeOfDivergence(0))
  }
  const at = `validation loss ${formatNumber(kept.loss)} at step ${kept.step}`
  const later = stopAt === undefined ? [] : looks.slice(stopAt + 1)
  const better = findBetter(later, kept, margin)
  if (stop && better) {
    return failed(
      `It stops at step ${stop.step} of ${steps} and keeps ${at}, but training on finds ${formatNumber(better.loss)} at step ${better.step}: ${changeFrom(kept, better)} lower.`,
      causeOfImpatience(kept, better, settings),
    )
  }
  if (!stop && run.end === 'non-finite') {
    const step = run.losses.length
    return failed(`The loss is not finite at step ${step}; the lowest is ${at}.`, causeOfDivergence(step))
  }
  if (best === 0) {
    return failed(
      `Training never lowers the validation loss: it is ${formatNumber(kept.loss)} before the first step and ${formatNumber(looks.at(-1)!.loss)} at step ${looks.at(-1)!.step}.`,
      ...(await causesOfNeverLower({
        looks,
        views: run.views,
        training: ends(run.losses),
        smallStepsHelp: () => smallStepsLowerLoss(plan, seed),
        earlierLook: () => lowestEarlierLook(plan, { ...settings.control, seed, every }),
      })),
    )
  }
  if (!stop) {
    return failed(
      `It never stops: the lowest ${at} of ${steps} is not followed by ${patience} looks (one every ${every} steps) without a lower one.`,
      causeOfNoStop(kept, settings),
    )
  }
  const stands = plan.schedule && causeOfStandstill(plan.schedule, looks.slice(best, stopAt! + 1))
  if (stands) {
    return failed(
      `It stops at step ${stop.step} of ${steps} because the learning rate is gone, not because it overfits; the lowest ${at}.`,
      stands,
    )
  }
  return {
    passed: true,
    summary: `It stops at step ${stop.step} of ${steps} and keeps ${at}; ${describeRest(run, kept)}.`,
    causes: [],
  }
}

function describeRest({ looks, end, losses }: LookedAtRun, kept: Look): string {
  const last = looks.at(-1)!
  if (end === 'non-finite' || !Number.isFinite(last.loss))
    return `training on diverges at step ${losses.length}`
  const rest = `training on to step ${last.step} ends ${changeFrom(kept, last)}`
  return last.loss >= kept.loss ? `${rest} higher` : `${rest} lower, within noise`
}

const changeFrom = (kept: Look, look: Look): string =>
  formatPercent(Math.abs(look.loss - kept.loss) / Math.abs(kept.loss))

/** The training loss at the first step, and the mean over the last tenth of the steps. */
function ends(losses: readonly number[]): { first: number; last: number } {
  const tail = losses.slice(-Math.ceil(losses.length / 10))
  return { first: losses[0]!, last: tail.reduce((sum, loss) => sum + loss, 0) / tail.length }
}

/** One value for each training step, so that both curves share an axis. */
function spread(looks: readonly Look[], every: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => looks[Math.floor(step / every)]?.loss ?? Number.NaN)
}
