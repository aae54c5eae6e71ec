import type { CauseName } from '../../src/checks/result.js'
import type { Trainable } from '../../src/training/trainable.js'
import { type Finding, type Outcome, peer } from './examination.js'
import { kindOfLabels } from './labels.js'
import { gradientsOf, type Measured, singleMean, stagesOf, weightsOf } from './measurements.js'
import { type Look, observe } from './observe.js'

/** Values that do not change over so many batches are a fault; they are held together block by block. */
const block = 5
/** Of the blocks of a training so many are observed: the others would show the same at twice the cost. */
const blocks = 20
/** A mean that is exactly 0 in this share of the batches is a fault. */
const zeroShare = 1 / 2

type Place = 'forward' | 'weights' | 'delta weights'

/** It names a place. What can be wrong at it, read generously. */
const causesAt: Record<Place, { invalid: CauseName[]; still: CauseName[] }> = {
  forward: {
    invalid: ['diverging-loss', 'exploding-gradients', 'learning-rate-too-high', 'unnormalized-inputs'],
    still: ['dead-units', 'saturated-units', 'wrong-output-activation', 'symmetric-init', 'inputs-ignored'],
  },
  weights: {
    invalid: ['diverging-loss', 'exploding-gradients', 'learning-rate-too-high', 'init-too-large'],
    still: ['weights-not-updated', 'learning-rate-too-low', 'learning-rate-ignored', 'symmetric-init'],
  },
  'delta weights': {
    invalid: ['diverging-loss', 'exploding-gradients', 'learning-rate-too-high', 'wrong-loss'],
    still: ['vanishing-gradients', 'no-gradient', 'dead-units', 'saturated-units'],
  },
}
const invalidMetric: CauseName[] = ['diverging-loss', 'exploding-gradients', 'learning-rate-too-high']
const doesNotLearn: CauseName[] = [
  'weights-not-updated',
  'learning-rate-too-low',
  'learning-rate-too-high',
  'vanishing-gradients',
  'dead-units',
]

/**
 * Wardat, Le and Rajan, ICSE 2021, the released callback: means of layer outputs, weights and gradients behind
 * every batch, compared exactly. It stops at the first fault. The gradients of layer outputs are left out: they are
 * invalid or 0 where those of the weights are.
 */
export const deepLocalize = peer(
  'DeepLocalize',
  'Wardat, Le and Rajan, ICSE 2021',
  async (examination): Promise<Outcome> => {
    const program = await examination.open()
    if (!program.activations || !program.stepWithGradients)
      return { notApplicable: 'it needs a compiled Keras model' }
    const history = new History()
    let finding: Finding | undefined
    const stride = Math.max(1, Math.ceil(examination.steps / block / blocks))
    await observe(examination, {
      program,
      labels: kindOfLabels(program, examination.data.train),
      at: (step) => Math.floor(step / block) % stride === 0,
      accuracyEvery: Infinity,
      see(look) {
        finding = firstFault(program, look, history)
        return finding && 'stop'
      },
    })
    return finding ? [finding] : []
  },
)

function firstFault(program: Trainable, look: Look, history: History): Finding | undefined {
  history.next()
  const outputs = stagesOf(program, look.batch.xs)
  return (
    faultAt('forward', outputs, history, ({ className }) => className !== 'Flatten') ??
    faultAt('weights', weightsOf(program).filter(isWatched), history, isDense) ??
    faultOfMetric('loss', look.loss, history) ??
    faultOfMetric('accuracy', look.accuracy, history) ??
    faultAt('delta weights', (gradientsOf(program, look.batch) ?? []).filter(isDense), history, isDense)
  )
}

const isWatched = ({ shape }: Measured): boolean => shape.length > 1
/** Layers are known by their names. */
const isDense = (measured: Measured): boolean => isWatched(measured) && measured.name.startsWith('dense')

function faultAt<One extends Measured>(
  place: Place,
  all: One[],
  history: History,
  mayNotRest: (one: One) => boolean,
): Finding | undefined {
  for (const one of all) {
    // Known defect: the mean of a softmax is always 1 / classes.
    const value = singleMean(one.values)
    if (!Number.isFinite(value))
      return { said: `error in ${place} at ${one.name}: ${value}`, causes: causesAt[place].invalid }
    if (value === 0 && history.zeros(place, one.name) >= zeroShare * history.batches)
      return { said: `error in ${place} at ${one.name}: 0`, causes: causesAt[place].still }
    if (history.rests(`${place} ${one.name}`, value) && mayNotRest(one))
      return { said: `error in ${place} at ${one.name}: no change`, causes: causesAt[place].still }
  }
  return undefined
}

function faultOfMetric(name: string, value: number | undefined, history: History): Finding | undefined {
  if (value === undefined) return undefined
  if (!Number.isFinite(value)) return { said: `invalid ${name}`, causes: invalidMetric }
  if (!history.rests(name, value)) return undefined
  // Known defect: an accuracy of 1 in five batches is one that does not rise.
  return { said: `the model does not learn: ${name} ${value} in ${block} batches`, causes: doesNotLearn }
}

/** Values by what they are of, a block of them. */
class History {
  batches = 0
  private readonly values = new Map<string, number[]>()
  private readonly zeroCounts = new Map<string, number>()

  next(): void {
    this.batches++
  }

  zeros(place: Place, name: string): number {
    const count = (this.zeroCounts.get(`${place} ${name}`) ?? 0) + 1
    this.zeroCounts.set(`${place} ${name}`, count)
    return count
  }

  /** Adds a value; true at the end of a block of equal ones. */
  rests(key: string, value: number): boolean {
    const values = [...(this.values.get(key) ?? []), value]
    this.values.set(key, values.length < block ? values : [])
    return values.length === block && values.every((one) => one === value)
  }
}
