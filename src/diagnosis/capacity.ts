import { formatNumber } from '../figures/number.js'
import { type BaselineEvidence, diagnoseBaseline } from './baseline.js'
import type { Cause } from './cause.js'
import { beginDiagnosis } from './left-to-others.js'

interface CapacityOutcome {
  /** The capacity, for messages. */
  label: string
  parameters: number
  loss: number
}

export interface CapacityEvidence extends Omit<BaselineEvidence, 'outcome'> {
  runs: readonly CapacityOutcome[]
  /** Loss of the best constant prediction. */
  constant: number
}

/** A loss this share of the best constant's, or above, has not learned from the inputs. */
const unlearned = 0.95

/**
 * Why the loss does not fall with capacity. Where no capacity learns anything the cause is not the capacity: the
 * largest program (`subject`) is then examined as for the input-independent baseline.
 */
export async function diagnoseCapacity(evidence: CapacityEvidence): Promise<Cause[]> {
  beginDiagnosis()
  const { runs, constant } = evidence
  const losses = runs.map(({ label, loss }) => `${label}: ${formatNumber(loss)}`).join(', ')
  if (runs.some(({ parameters }, i) => i > 0 && parameters <= runs[i - 1]!.parameters)) {
    return [
      {
        name: 'too-little-capacity',
        evidence: `the models have ${runs.map(({ parameters }) => parameters).join(', ')} weights: the capacity does not reach the layers`,
        fix: 'use the argument of the factory for the number of units or filters, and list capacities smallest first',
      },
    ]
  }
  const learned = ({ loss }: CapacityOutcome) => loss < unlearned * constant
  if (!runs.some(learned)) {
    const outcome = `trained on the whole data no capacity gets below the best constant prediction of ${formatNumber(constant)} (${losses})`
    return diagnoseBaseline({ ...evidence, outcome })
  }
  const diverged = runs.find((run) => !learned(run) && !(run.loss <= runs[0]!.loss))
  return [
    {
      name: 'learning-rate-too-high',
      evidence: diverged
        ? `the loss at capacity ${diverged.label} ends at ${formatNumber(diverged.loss)}, while smaller models trained (${losses})`
        : `larger models do not end lower (${losses})`,
      fix: 'lower the learning rate, since larger models take smaller steps, or give more steps; if it stays, something other than width limits the model: a bottleneck layer, regularisation, noise in the labels',
    },
  ]
}
