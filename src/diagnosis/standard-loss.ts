import * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import { overfitGoal } from '../statistics/overfit-goal.js'
import { withStandInLosses } from '../statistics/stand-in-loss.js'
import { groupIdenticalInputs } from '../training/identical-inputs.js'
import type { Subject } from '../training/trainable.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { tryOverfit } from './trial.js'

const steps = 300

/**
 * A model with a custom loss that does not fit its batch, compiled anew with the loss its labels call for: if that gets
 * there, the loss is at fault. Only for models of layers that a factory makes.
 */
export async function standardLoss({
  subject,
  batch,
  outputs,
  seed,
  control,
}: OverfitEvidence): Promise<Cause[]> {
  if (typeof subject !== 'function' || outputs.length !== 1 || outputs[0]!.loss) return []
  const judged = withStandInLosses(outputs)
  const kind = judged?.[0]?.loss?.kind
  if (!judged || !kind || judged[0]!.loss!.sparse) return []
  const goal = overfitGoal(judged, groupIdenticalInputs(batch), {})
  let compiled = false
  const withLoss: Subject = async () => {
    const model = await subject()
    if (model instanceof tf.LayersModel) {
      model.compile({ optimizer: model.optimizer, loss: lossOf(kind) })
      compiled = true
    }
    return model
  }
  const trial = await tryOverfit(withLoss, batch, { seed, steps, goal: goal.loss, ...control })
  if (!compiled || !trial.reached) return []
  return [
    {
      name: 'wrong-loss',
      evidence: `with ${kind} in place of the custom loss the same model and optimizer fit the batch in ${trial.steps} steps (loss ${formatNumber(trial.best)})`,
      fix: `use ${kind}, or hold the custom loss against it on a few predictions: a missing logarithm, a wrong axis, a sign`,
    },
  ]
}

const lossOf = (kind: string): tf.ModelCompileArgs['loss'] => {
  if (kind === 'softmaxCrossEntropy') return (y, p) => tf.losses.softmaxCrossEntropy(y, p)
  if (kind === 'sigmoidCrossEntropy') return (y, p) => tf.losses.sigmoidCrossEntropy(y, p)
  return kind
}
