import { formatNumber } from '../figures/number.js'
import { attainableLoss } from '../statistics/attainable-loss.js'
import type { BetterLook, Look } from '../statistics/early-stopping.js'
import { exchangedClasses, listMoved } from '../statistics/exchanged-classes.js'
import type { OutputView } from '../training/outputs.js'
import type { Cause } from './cause.js'

/** How a run with early stopping is set up. */
export interface StoppingPlan {
  steps: number
  patience: number
  every: number
}

/** Patience that was used up before training on found better weights. */
export function causeOfImpatience(kept: Look, better: BetterLook, { patience, every }: StoppingPlan): Cause {
  const needed = Math.ceil((better.step - kept.step) / every) + 1
  const chance = Number.isNaN(better.p) ? '' : ` (p = ${formatNumber(Number(better.p.toPrecision(2)))})`
  return {
    name: 'stopped-too-early',
    evidence: `the validation loss ${formatNumber(kept.loss)} at step ${kept.step} is not the lowest: ${formatNumber(better.loss)} at step ${better.step}${chance}`,
    fix: `patience ${needed} instead of ${patience}, at a look every ${every} steps; or look less often, or at more validation examples, so that noise does not end the run`,
  }
}

/** The steps were used up first. */
export function causeOfNoStop(kept: Look, { steps, every }: StoppingPlan): Cause {
  return {
    name: 'stopped-too-early',
    evidence: `the lowest validation loss is that of step ${kept.step}, ${Math.floor((steps - kept.step) / every)} looks before the end: it may fall further`,
    fix: `train longer than ${steps} steps, and let early stopping end the run; if the loss falls so slowly that it never ends, raise the learning rate`,
  }
}

export function causeOfDivergence(step: number): Cause {
  return {
    name: 'diverging-loss',
    evidence: `the loss is not finite at step ${step}, before early stopping could end the run`,
    fix: 'lower the learning rate, clip the gradients, or look for a division by 0 or the logarithm of 0 in the loss',
  }
}

/** A rate below this share of its highest, and a loss that moves by less than this: training stands still. */
const standstill = 1e-3

/** A learning rate that ended the run by itself; `looks`: from that at the kept weights to the one that stops. */
export function causeOfStandstill(
  schedule: (step: number) => number,
  looks: readonly Look[],
): Cause | undefined {
  // The rate may have gone between the kept weights and the next look.
  const still = looks.length > 2 ? looks.slice(1) : looks
  const [from, stop] = [still[0]!, still.at(-1)!]
  const moves = ({ loss }: Look) => Math.abs(loss - from.loss) > standstill * Math.abs(from.loss)
  if (still.some(moves)) return undefined
  const rates = Array.from({ length: stop.step }, (_, step) => schedule(step))
  const highest = Math.max(...rates)
  const after = Math.max(...rates.slice(from.step))
  if (highest <= 0 || after > standstill * highest) return undefined
  return {
    name: 'schedule-decays-early',
    evidence: `the schedule gives at most ${formatNumber(after)} from step ${from.step} on, after ${formatNumber(highest)}, and the validation loss stands still`,
    fix: 'let the learning rate last as long as training does, so that the validation loss can rise: a schedule made for the steps of this run, or a constant rate',
  }
}

/** What is known of a run whose validation loss never got below that of the untrained program. */
export interface NeverLower {
  looks: readonly Look[]
  /** Training loss at the first steps and at the last ones. */
  training: { first: number; last: number }
  /** The validation examples as the program predicts them in the end. */
  views: readonly OutputView[]
  /** Whether a far smaller learning rate lowers the loss of one batch; undefined if not known. */
  smallStepsHelp: () => Promise<boolean | undefined>
  /** The lowest of ten looks within the steps before the first one. */
  earlierLook: () => Promise<Look>
}

/** A fall below the untrained program and below the best constant prediction by this share has found something in the inputs. */
const leastFall = 0.01

/** Why training does no good on validation examples, most likely first. */
export async function causesOfNeverLower(run: NeverLower): Promise<Cause[]> {
  const { looks, training, views } = run
  if (looks.every(({ loss }) => loss === looks[0]!.loss)) {
    return [
      {
        name: 'weights-not-updated',
        evidence: `the validation loss is ${formatNumber(looks[0]!.loss)} at all ${looks.length} looks, to the last bit`,
        fix: 'look for a learning rate of 0, layers that are not trainable, or an optimizer that gets no gradients',
      },
    ]
  }
  const went = `the training loss goes from ${formatNumber(training.first)} to ${formatNumber(training.last)}`
  if (!(training.last < training.first)) return [await causeOfRise(run, went)]
  const exchange = views.map(exchangedClasses).find((one) => one !== undefined)
  if (exchange) {
    const { rows, asGiven, exchanged } = exchange
    return [
      {
        name: 'label-map-mismatch',
        evidence: `of ${rows} validation examples the trained program gets ${asGiven} right, and ${exchanged} with the classes exchanged (predicted → labelled: ${listMoved(exchange)})`,
        fix: 'make the list of classes once, from the training data, and use it for every split',
      },
    ]
  }
  const earlier = await run.earlierLook()
  if (earlier.loss < (1 - leastFall) * Math.min(looks[0]!.loss, constantLoss(run))) {
    return [
      {
        name: 'under-regularized',
        evidence: `${went}, and the validation loss falls to ${formatNumber(earlier.loss)} at step ${earlier.step} and is up again at step ${looks[1]!.step}, where the first look is`,
        fix: `look more often: every: ${Math.max(1, Math.floor(earlier.step / 2))}; and train on more data, or with a lower learning rate`,
      },
    ]
  }
  return [
    {
      name: 'labels-independent-of-inputs',
      evidence: `${went}, and the validation loss is never below ${formatNumber(looks[0]!.loss)}: what is learnt does not hold for validation examples`,
      fix: 'see that validation examples are prepared like those of training, and that inputs and labels were not shuffled apart',
    },
  ]
}

/** Loss of the best constant prediction; Infinity where it is not known. */
function constantLoss({ looks, views }: NeverLower): number {
  const examples = looks[0]!.losses?.length
  if (examples === undefined) return Infinity
  return (
    attainableLoss(
      views,
      Int32Array.from({ length: examples }, (_, i) => i),
    )?.constant ?? Infinity
  )
}

async function causeOfRise({ smallStepsHelp }: NeverLower, went: string): Promise<Cause> {
  if ((await smallStepsHelp()) === false) {
    return {
      name: 'gradient-sign',
      evidence: `${went}, and that of a single batch rises at a hundredth of the learning rate, too`,
      fix: 'the update goes uphill: check the sign of the loss, and of the gradients handed to the optimizer',
    }
  }
  return {
    name: 'learning-rate-too-high',
    evidence: went,
    fix: 'lower the learning rate by a factor of ten, until the training loss falls',
  }
}
