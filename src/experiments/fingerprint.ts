import { createHash } from 'node:crypto'
import type * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../training/examples.js'
import { runPlan } from '../training/planned-run.js'
import type { Examples } from '../training/trainable.js'
import { factsOf } from './program-facts.js'
import type { ArmPlan } from './recipe-plan.js'

/** Steps that are run to see what a step does: code that cannot be read shows in its losses. */
const tracedSteps = 3

/**
 * A digest of all that the outcome of an arm depends on: layers, first weights, optimizer, data, batches, augmentation,
 * schedule, and the losses of three steps under `seed`, which tell a changed line in a hand-written step. Two arms with
 * the same digest may share a run.
 */
export async function fingerprintOf(plan: ArmPlan, seed: number, setting: object): Promise<string> {
  const { program, losses } = await runPlan(withoutStopping(plan), { seed, steps: tracedSteps })
  program.dispose()
  const { batchSize, shuffle, earlyStopping, augment, schedule } = plan
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([
      setting,
      losses,
      await factsOf(plan.create, seed),
      { batchSize, shuffle, earlyStopping },
      [augment, schedule].map((code) => code && String(code)),
    ]),
  )
  for (const examples of [plan.train, plan.validation]) hashExamples(hash, examples)
  return hash.digest('hex').slice(0, 24)
}

function withoutStopping({ earlyStopping: _, ...plan }: ArmPlan): ArmPlan {
  return plan
}

function hashExamples(
  hash: ReturnType<typeof createHash>,
  { xs, ys, sampleWeight, classWeight }: Examples,
): void {
  for (const group of [xs, ys, ...(sampleWeight ? [sampleWeight] : [])]) {
    for (const tensor of tensorsOf(group)) hashTensor(hash, tensor)
  }
  hash.update(JSON.stringify(classWeight ?? null))
}

function hashTensor(hash: ReturnType<typeof createHash>, tensor: tf.Tensor): void {
  const { buffer, byteOffset, byteLength } = tensor.dataSync()
  hash.update(`${tensor.dtype} ${tensor.shape}`)
  hash.update(new Uint8Array(buffer, byteOffset, byteLength))
}
