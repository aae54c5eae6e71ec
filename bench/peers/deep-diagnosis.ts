import type { CauseName } from '../../src/checks/result.js'
import { countExamples, disposeExamples, sliceExamples, tensorsOf } from '../../src/training/examples.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { type Examination, type Finding, type Outcome, peer } from './examination.js'
import { kindOfLabels } from './labels.js'
import { lossKinds } from './loss-kind.js'
import {
  gradientsOf,
  type Measured,
  mean,
  norm,
  rangeOf,
  type Stage,
  share,
  singleMean,
  stagesOf,
  variance,
  weightsOf,
} from './measurements.js'
import { epochLength, type Look, observe } from './observe.js'

/** The names of the symptoms and their thresholds are those of the released callback. */
const unchangedEpochs = 5
const accuracyEpochs = 20
const deadShare = 0.7
const saturated = { beyond: 5, share: 0.5 }
const vanishing = 1e-7
/** Range of the outputs against that of the labels. */
const rangeFactor = 10
/** Outside, weights are poor. */
const weightVariance = { low: 1e-5, high: 10 }
/** Rate × gradient norm ÷ weight norm should be about this, and is accepted within a factor of 100. */
const updateSize = { usual: 1e-3, factor: 100 }

interface State {
  program: Trainable
  look: Look
  epoch: number
  isLast: boolean
  inputs: { low: number; high: number }
  labels: { low: number; high: number }
  crossEntropy: boolean
  stages: Stage[]
  weights: Measured[]
  gradients: Measured[]
  /** True at the end of so many epochs without a change. */
  rests: (key: string, value: number, epochs?: number) => boolean
}

/**
 * Wardat, Dantas Cruz, Le and Rajan, ICSE 2022: eight symptoms, and the decision tree that leads from
 * each to a fix, by the released callback. It looks at the first batch behind every epoch and stops at the first symptom.
 */
export const deepDiagnosis = peer(
  'DeepDiagnosis',
  'Wardat, Dantas Cruz, Le and Rajan, ICSE 2022',
  async (examination): Promise<Outcome> => {
    const program = await examination.open()
    if (!program.activations || !program.stepWithGradients)
      return { notApplicable: 'it needs a compiled Keras model' }
    const { train } = examination.data
    const firstBatch = sliceExamples(train, 0, Math.min(examination.batchSize, countExamples(train)))
    try {
      const finding = await follow(examination, program, firstBatch)
      return finding ? [finding] : []
    } finally {
      disposeExamples(firstBatch)
    }
  },
)

async function follow(
  examination: Examination,
  program: Trainable,
  firstBatch: Examples,
): Promise<Finding | undefined> {
  const { train } = examination.data
  const length = epochLength(examination)
  const rangeIn = (group: Examples['xs']) => rangeOf(tensorsOf(group).flatMap((one) => [...one.dataSync()]))
  const fixed = {
    program,
    inputs: rangeIn(train.xs),
    labels: rangeIn(train.ys),
    crossEntropy: lossKinds(program, examination).includes('categoricalCrossentropy'),
    rests: restsOver(),
  }
  let epoch = 0
  let finding: Finding | undefined
  await observe(examination, {
    program,
    labels: kindOfLabels(program, train),
    at: (step) => (step + 1) % length === 0,
    see(look) {
      finding = firstSymptom({
        ...fixed,
        look,
        epoch,
        isLast: look.step + length > examination.steps,
        stages: stagesOf(program, firstBatch.xs),
        weights: weightsOf(program).filter(({ shape }) => shape.length > 1),
        gradients: (gradientsOf(program, firstBatch) ?? []).filter(({ shape }) => shape.length > 1),
      })
      epoch++
      return finding && 'stop'
    },
  })
  return finding
}

function restsOver(): State['rests'] {
  const kept = new Map<string, number[]>()
  return (key, value, epochs = unchangedEpochs) => {
    const values = [...(kept.get(key) ?? []), value]
    kept.set(key, values.length < epochs ? values : [])
    return values.length === epochs && values.every((one) => one === value)
  }
}

function firstSymptom(state: State): Finding | undefined {
  return inOutputs(state) ?? inMetrics(state) ?? inGradients(state)
}

function inOutputs(state: State): Finding | undefined {
  const { stages, epoch, isLast, rests } = state
  for (const [i, stage] of stages.entries()) {
    const { name, activation, values } = stage
    const last = i === stages.length - 1
    if (last && epoch === 0 && activation !== 'softmax' && isOutOfRange(stage, state)) {
      return found(`out of range output of ${name}`, [
        'wrong-output-activation',
        'missing-softmax',
        'label-range',
        'unnormalized-targets',
      ])
    }
    const centre = singleMean(values)
    // Known defect: a mean of exactly 0 is a numerical error.
    if (!Number.isFinite(centre) || centre === 0)
      return found(`numerical error in the output of ${name}`, ['exploding-gradients', ...fixOfValues(state)])
    if (isLast && activation === 'relu' && share(values, (value) => value <= 0) >= deadShare)
      return found(`dead nodes in ${name}`, ['dead-units', ...fixOfUnits(state)])
    if ((epoch + 1) % unchangedEpochs === 0 && isSaturated(stage))
      return found(`saturated activation of ${name}`, ['saturated-units', ...fixOfUnits(state)])
  }
  const still = stages
    .slice(0, -1)
    .filter(({ name, values }) => rests(`output ${name}`, singleMean(values)))
    .find(({ className }) => className !== 'Flatten')
  if (still) return found(`output of ${still.name} does not change`, fixOfStillness(state))
  return undefined
}

function inMetrics(state: State): Finding | undefined {
  const { loss, accuracy } = state.look
  if (!Number.isFinite(loss)) return found('invalid loss', ['diverging-loss', ...fixOfMetrics(state)])
  if (state.rests('loss', loss)) return found('loss does not fall', fixOfLearning(state))
  if (accuracy === undefined) return undefined
  if (!Number.isFinite(accuracy) || accuracy === 0) return found('invalid accuracy', fixOfMetrics(state))
  if (state.rests('accuracy', accuracy, accuracyEpochs))
    return found('accuracy does not rise', fixOfLearning(state))
  return undefined
}

/** Only those of dense layers, from the last to the first. */
function inGradients(state: State): Finding | undefined {
  const { gradients, weights, rests } = state
  const isDense = ({ name }: Measured) => name.startsWith('dense')
  for (const { name, values } of gradients.filter(isDense).reverse()) {
    const centre = singleMean(values)
    if (!Number.isFinite(centre) || centre === 0)
      return found(`numerical error in the gradient of ${name}`, [
        'exploding-gradients',
        ...activation,
        'wrong-loss',
      ])
    if (mean(values, Math.abs) < vanishing)
      return found(`vanishing gradient of ${name}`, [
        'vanishing-gradients',
        'saturated-units',
        ...(isRateUnusual(state) ? rate : []),
      ])
    if (rests(`gradient ${name}`, centre))
      return found(`gradient of ${name} does not change`, fixOfStillness(state))
  }
  for (const { name, values } of weights) {
    const centre = singleMean(values)
    if (!Number.isFinite(centre) || centre === 0)
      return found(`numerical error in the weights of ${name}`, fixOfValues(state))
    if (rests(`weights ${name}`, centre))
      return found(`weights of ${name} do not change`, ['weights-not-updated', ...fixOfStillness(state)])
  }
  return undefined
}

function isOutOfRange({ activation, values }: Stage, { labels, crossEntropy }: State): boolean {
  const bounds: Record<string, [number, number]> = {
    sigmoid: [0, 1],
    tanh: [-1, 1],
    relu: [0, Infinity],
    elu: [-1, Infinity],
  }
  if (crossEntropy && (activation === 'relu' || activation === 'linear')) return true
  if (activation === 'linear') {
    const outputs = rangeOf(values)
    return outputs.high - outputs.low > rangeFactor * (labels.high - labels.low)
  }
  const [low, high] = bounds[activation] ?? [-Infinity, Infinity]
  return labels.low < low || labels.high > high
}

/** What goes into the sigmoid or tanh is beyond ±5, read from what comes out. */
function isSaturated({ activation, values }: Stage): boolean {
  const end =
    activation === 'sigmoid'
      ? 1 / (1 + Math.exp(-saturated.beyond))
      : activation === 'tanh'
        ? Math.tanh(saturated.beyond)
        : undefined
  if (end === undefined) return false
  const low = activation === 'sigmoid' ? 1 - end : -end
  return share(values, (value) => value >= end || value <= low) > saturated.share
}

const found = (symptom: string, causes: CauseName[]): Finding => ({
  said: symptom,
  causes: [...new Set(causes)],
})

const initialisation: CauseName[] = ['init-too-small', 'init-too-large', 'symmetric-init']
const rate: CauseName[] = ['learning-rate-too-high', 'learning-rate-too-low', 'learning-rate-ignored']
const optimizer: CauseName[] = [...rate, 'weights-not-updated', 'gradient-sign']
const activation: CauseName[] = [
  'wrong-output-activation',
  'missing-nonlinearity',
  'missing-softmax',
  'redundant-softmax',
  'saturated-units',
]

function hasPoorWeights({ weights }: State): boolean {
  return weights.some(({ values }) => {
    const spread = variance(values)
    return spread < weightVariance.low || spread > weightVariance.high
  })
}

/** Inputs as UMLAUT wants them. */
const isUnnormalized = ({ inputs }: State): boolean => inputs.low < -1 || inputs.high > 1

function isRateUnusual({ program, weights, gradients }: State): boolean {
  const { learningRate } = program.optimizer as unknown as { learningRate?: number }
  return gradients.some(({ name, values }) => {
    const weight = weights.find((one) => one.name === name)
    if (learningRate === undefined || !weight) return false
    const size = (learningRate * norm(values)) / norm(weight.values)
    return size > updateSize.usual * updateSize.factor || size < updateSize.usual / updateSize.factor
  })
}

/** The branches of the decision tree. Each returns what its fix can stand for. */
function fixOfValues(state: State): CauseName[] {
  if (hasPoorWeights(state)) return initialisation
  if (isUnnormalized(state)) return ['unnormalized-inputs']
  return isRateUnusual(state) ? rate : activation
}

function fixOfUnits(state: State): CauseName[] {
  if (isUnnormalized(state)) return ['unnormalized-inputs']
  if (hasPoorWeights(state)) return initialisation
  return isRateUnusual(state) ? rate : ['under-regularized', 'missing-nonlinearity']
}

function fixOfLearning(state: State): CauseName[] {
  if (hasPoorWeights(state)) return initialisation
  if (isUnnormalized(state)) return ['unnormalized-inputs']
  return isRateUnusual(state) ? rate : optimizer
}

function fixOfStillness(state: State): CauseName[] {
  if (hasPoorWeights(state)) return initialisation
  return isRateUnusual(state) ? rate : optimizer
}

function fixOfMetrics(state: State): CauseName[] {
  if (state.stages.at(-1)?.activation === 'linear') return activation
  return isRateUnusual(state) ? rate : optimizer
}
