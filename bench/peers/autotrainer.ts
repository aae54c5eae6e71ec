import { countExamples, disposeExamples, sliceExamples } from '../../src/training/examples.js'
import { type Finding, type Outcome, peer } from './examination.js'
import { accuracyOf, kindOfLabels } from './labels.js'
import { allFinite, gradientsOf, isKernel, type Measured, norm, share, weightsOf } from './measurements.js'
import { epochLength, lossOf, observe } from './observe.js'

/** Names and values of the configuration of its released examples. */
const parameters = {
  /** Vanishing: the ratio of the norms of the first and the last kernel's gradient, and the first's own norm. */
  beta1: 1e-3,
  beta2: 1e-4,
  /** Exploding: the same ratio. */
  beta3: 70,
  /** Dying ReLU: share of gradients that are 0. */
  gamma: 0.7,
  /** Oscillating: how far an extremum of the accuracy is from the next, and in what share of the epochs. */
  zeta: 0.03,
  eta: 0.2,
  /** Slow convergence: no epoch gains more accuracy. */
  delta: 0.01,
  /** Accuracy that is satisfying. */
  theta: 0.6,
}
/** A validation loss from here on is as good as infinite. */
const hugeLoss = 1e5
/** Losses are judged from this share of the epochs on, and everything every third epoch. */
const judgedFrom = 0.3
const interval = 3

type Issue = 'explode' | 'vanish' | 'relu' | 'unstable' | 'not_converge'
/** What was noticed once stays noticed. */
type Mark = Issue | 'unsatisfying'

const meanings: Record<Issue, Finding> = {
  explode: {
    said: 'exploding gradient',
    causes: [
      'exploding-gradients',
      'diverging-loss',
      'learning-rate-too-high',
      'init-too-large',
      'unnormalized-inputs',
      'non-finite-data',
    ],
  },
  vanish: {
    said: 'vanishing gradient',
    causes: ['vanishing-gradients', 'saturated-units', 'init-too-small', 'no-gradient'],
  },
  relu: { said: 'dying ReLU', causes: ['dead-units', 'no-gradient', 'learning-rate-too-high'] },
  unstable: { said: 'oscillating loss', causes: ['learning-rate-too-high', 'diverging-loss'] },
  not_converge: {
    said: 'slow convergence',
    causes: ['learning-rate-too-low', 'schedule-decays-early', 'weights-not-updated'],
  },
}

interface History {
  losses: number[]
  validationLosses: number[]
  accuracies: number[]
  validationAccuracies: number[]
}

/** Zhang, Zhai, Ma and Shen, ICSE 2021: the rules of the released monitor. It stops at the first problem, to repair it. */
export const autotrainer = peer(
  'AutoTrainer',
  'Zhang, Zhai, Ma and Shen, ICSE 2021',
  async (examination): Promise<Outcome> => {
    const program = await examination.open()
    const { train, validation } = examination.data
    if (!program.stepWithGradients) return { notApplicable: 'it needs a compiled Keras model' }
    const labels = kindOfLabels(program, train)
    if (labels === 'numbers') return { notApplicable: 'it judges by accuracy: there are no classes' }
    const length = epochLength(examination)
    const epochs = Math.ceil(examination.steps / length)
    const history: History = { losses: [], validationLosses: [], accuracies: [], validationAccuracies: [] }
    const seen = new Set<Mark>()
    const firstBatch = sliceExamples(train, 0, Math.min(examination.batchSize, countExamples(train)))
    let issue: Issue | undefined
    try {
      await observe(examination, {
        program,
        labels,
        at: (step) => (step + 1) % length === 0,
        see({ loss, accuracy }) {
          const epoch = history.losses.length
          history.losses.push(loss)
          history.accuracies.push(accuracy!)
          history.validationLosses.push(lossOf(program, validation))
          history.validationAccuracies.push(accuracyOf(program, validation, labels)!)
          if (epoch % interval !== 0 && Number.isFinite(loss)) return undefined
          const gradients = gradientsOf(program, firstBatch) ?? []
          for (const one of issuesOfGradients(gradients)) seen.add(one)
          const broken = ![...gradients, ...weightsOf(program)].every(({ values }) => allFinite(values))
          issue = judge(history, epochs, seen, broken)
          return issue && 'stop'
        },
      })
    } finally {
      disposeExamples(firstBatch)
    }
    return issue ? [meanings[issue]] : []
  },
)

function issuesOfGradients(gradients: Measured[]): Issue[] {
  const kernels = gradients.filter(isKernel)
  const [first, last] = [kernels[0], kernels.at(-1)]
  if (!first || !last || !gradients.every(({ values }) => allFinite(values))) return []
  const ratio = norm(first.values) / norm(last.values)
  const size = gradients.reduce((sum, { values }) => sum + values.length, 0)
  const zeros = gradients.reduce(
    (sum, { values }) => sum + values.length * share(values, (value) => value === 0),
    0,
  )
  return [
    ...(ratio < parameters.beta1 && norm(first.values) < parameters.beta2 ? ['vanish' as const] : []),
    ...(ratio > parameters.beta3 ? ['explode' as const] : []),
    ...(zeros / size >= parameters.gamma ? ['relu' as const] : []),
  ]
}

/** Gradients count only where the accuracy was not satisfying at some time: known defect, later success does not clear it. */
function judge(history: History, epochs: number, seen: Set<Mark>, broken: boolean): Issue | undefined {
  const { losses, validationLosses, accuracies, validationAccuracies } = history
  const infinite = [...losses, ...validationLosses].some((loss) => !Number.isFinite(loss))
  if (broken || infinite || validationLosses.at(-1)! >= hugeLoss) return 'explode'
  if (losses.length < judgedFrom * epochs) return undefined
  if ([accuracies, validationAccuracies].some((all) => Math.max(...all) < parameters.theta))
    seen.add('unsatisfying')
  const slow = [accuracies, validationAccuracies].every((all) => largestGain(all) < parameters.delta)
  if (!seen.has('unsatisfying') && !slow) return oscillates(accuracies) ? 'unstable' : undefined
  if (seen.has('relu')) return 'relu'
  if (seen.has('explode')) return 'explode'
  if (seen.has('vanish')) return 'vanish'
  return slow ? 'not_converge' : undefined
}

const largestGain = (all: number[]): number => Math.max(0, ...all.slice(1).map((value, i) => value - all[i]!))

/** Extrema are paired as they come; known defect: on a plateau each epoch is both. */
function oscillates(accuracies: number[]): boolean {
  const inner = accuracies.map((value, i) => ({ value, before: accuracies[i - 1], after: accuracies[i + 1] }))
  const maxima = inner.filter(({ value, before, after }) => value >= before! && value >= after!)
  const minima = inner.filter(({ value, before, after }) => value <= before! && value <= after!)
  const far = maxima.filter(({ value }, i) => minima[i] && value - minima[i].value >= parameters.zeta)
  return far.length >= parameters.eta * accuracies.length
}
