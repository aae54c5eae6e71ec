import { minibatches } from '../../src/training/batches.js'
import { callStep } from '../../src/training/call-step.js'
import { countExamples } from '../../src/training/examples.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import type { Examination } from './examination.js'
import { accuracyOf, type LabelKind } from './labels.js'

/** A moment of a training, just behind an update. Its batch lives until the observer returns. */
export interface Look {
  /** Updates made. */
  step: number
  /** Means over the steps since the last look, as `fit` logs them. */
  loss: number
  accuracy: number | undefined
  batch: Examples
}

interface Observer {
  program: Trainable
  labels: LabelKind
  /** Whether to look behind this step, counted from 0. */
  at: (step: number) => boolean
  /** Accuracy is taken of the first batch behind a look, and then of one in so many. */
  accuracyEvery?: number
  see: (look: Look) => 'stop' | undefined
}

/** Runs of fewer epochs are divided into parts, which stand for epochs: the rules of the tools count dozens of them. */
const fewestEpochs = 10
const parts = 20

/** How many steps stand for an epoch. */
export function epochLength({ data, steps, batchSize }: Examination): number {
  const count = countExamples(data.train)
  const perEpoch = Math.max(1, Math.floor(count / Math.min(batchSize, count)))
  return steps / perEpoch >= fewestEpochs ? perEpoch : Math.ceil(steps / parts)
}

/** Trains the program for its own number of steps. Ends behind a loss that is not finite, which is always looked at. */
export async function observe(examination: Examination, observer: Observer): Promise<void> {
  const { data, steps, batchSize, seed, shuffle } = examination
  const { program, labels, at, accuracyEvery = 4, see } = observer
  const batches = minibatches(data.train, { batchSize, seed, shuffle })
  let losses: number[] = []
  let accuracies: number[] = []
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  try {
    for (let step = 0; step < steps; step++) {
      const batch = batches.next()
      if (losses.length % accuracyEvery === 0) {
        const accuracy = accuracyOf(program, batch, labels)
        if (accuracy !== undefined) accuracies.push(accuracy)
      }
      const loss = await callStep(program, batch)
      losses.push(loss.dataSync()[0]!)
      loss.dispose()
      const finite = Number.isFinite(losses.at(-1))
      if (finite && !at(step)) continue
      const accuracy = accuracies.length > 0 ? mean(accuracies) : undefined
      const end = see({ step: step + 1, loss: mean(losses), accuracy, batch })
      if (end === 'stop' || !finite) return
      losses = []
      accuracies = []
    }
  } finally {
    batches.dispose()
  }
}

/** The mean loss of some examples in inference mode. */
export function lossOf(program: Trainable, examples: Examples): number {
  const loss = program.loss(examples)
  const value = loss.dataSync()[0]!
  loss.dispose()
  return value
}
