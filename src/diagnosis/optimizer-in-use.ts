import type * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import { isTensor } from '../training/examples.js'
import { learningRateOf } from '../training/learning-rate.js'
import type { OptimizerUpdate } from '../training/optimizer-updates.js'
import type { Cause } from './cause.js'

/** What each class carries from one update to the next. */
const states: Record<string, string> = {
  Momentum: 'its momentum never builds up',
  Adam: 'its moments hold a single gradient, so that every weight moves by the learning rate, whatever its gradient',
  Adamax: 'its moments hold a single gradient',
  RMSProp: 'its mean square holds a single gradient',
  Adagrad: 'its sum of squares holds a single gradient',
  Adadelta: 'its means hold a single gradient',
}

/** Looks on at the optimizers that update the weights: they must keep what they are told, and their state. */
export function watchOptimizers() {
  const steps: Array<readonly OptimizerUpdate[]> = []
  const rates: RateInUse[] = []
  /** Of steps that were measured and not seen yet. */
  const measured: Array<ReadonlyArray<Omit<RateInUse, 'used'>>> = []
  return {
    /** Right after a step, with the updates it made: the learning rates in use, to be read. */
    measure(updates: readonly OptimizerUpdate[]): tf.Tensor[] {
      const inUse = updates.flatMap(({ optimizer }) => rateInUse(optimizer) ?? [])
      measured.push(inUse)
      return inUse.map(({ negative }) => negative.clone())
    },
    /** In the order of the steps, with what was measured. */
    see(updates: readonly OptimizerUpdate[], negatives: readonly ArrayLike<number>[]): void {
      steps.push(updates)
      const inUse = measured.shift() ?? []
      rates.push(...inUse.map(({ optimizer, set }, i) => ({ optimizer, set, used: -negatives[i]![0]! })))
    },
    startAnew: () => startAnew(steps),
    causes(): Cause[] {
      const ignored = causeOfIgnoredRate(rates)
      return [
        ...(steps.length >= leastSteps && startAnew(steps) ? [causeOfLostState(steps)] : []),
        ...(ignored ? [ignored] : []),
      ]
    },
  }
}

/** Optimizers that take turns make a few first updates in a row. */
const leastSteps = 10

/** Every update so far, in more than one step, is the first of another optimizer that has a state to keep. */
function startAnew(steps: ReadonlyArray<readonly OptimizerUpdate[]>): boolean {
  const used = steps.map((updates) => updates.filter(({ optimizer }) => keepsState(optimizer)))
  const all = used.flat()
  return (
    used.filter((updates) => updates.length > 0).length > 1 &&
    all.every(({ iteration }) => iteration === 1) &&
    new Set(all.map(({ optimizer }) => optimizer)).size === all.length
  )
}

function keepsState(optimizer: tf.Optimizer): boolean {
  const { momentum } = optimizer as unknown as { momentum?: number }
  const name = optimizer.getClassName()
  return name in states && !(name === 'Momentum' && momentum === 0)
}

function causeOfLostState(steps: ReadonlyArray<readonly OptimizerUpdate[]>): Cause {
  const { optimizer } = steps.flat().find((update) => keepsState(update.optimizer))!
  const name = optimizer.getClassName()
  return {
    name: 'optimizer-state-lost',
    evidence: `each of ${steps.length} steps updates through another ${name} optimizer, which is at its first update: ${states[name]}`,
    fix: 'make the optimizer once, outside step(), and keep it: no tf.train.… or compile() in the loop. To change its learning rate, call setLearningRate (SGD, Momentum) or assign learningRate (all others)',
  }
}

/** A learning rate as it is set and as the updates use it. */
interface RateInUse {
  optimizer: string
  set: number
  used: number
}

/** SGD and Momentum update by a tensor that only their setter changes (4.22); undefined for all others. */
function rateInUse(optimizer: tf.Optimizer): (Omit<RateInUse, 'used'> & { negative: tf.Tensor }) | undefined {
  const name = optimizer.getClassName()
  const set = learningRateOf(optimizer)
  const { c } = optimizer as unknown as { c?: unknown }
  if (!['SGD', 'Momentum'].includes(name) || set === undefined || !isTensor(c) || c.isDisposed)
    return undefined
  return { optimizer: name, set, negative: c }
}

/** A rate was assigned that no update uses. A program that writes to the tensor itself is left alone. */
function causeOfIgnoredRate(rates: readonly RateInUse[]): Cause | undefined {
  if (new Set(rates.map(({ used }) => used)).size > 1) return undefined
  const ignored = rates.findLast(({ set, used }) => Math.abs(set - used) > rounding * Math.abs(used))
  return (
    ignored && {
      name: 'learning-rate-ignored',
      evidence: `learningRate is set to ${formatNumber(ignored.set)}, but the updates use ${formatNumber(ignored.used)}: ${ignored.optimizer} reads the rate that it was made with, not the property`,
      fix: 'call optimizer.setLearningRate(rate) instead of assigning optimizer.learningRate',
    }
  )
}

/** Single precision keeps a rate to about this share. */
const rounding = 1e-6
