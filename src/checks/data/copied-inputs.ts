import * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import type { CheckResult } from '../result.js'

/** Targets may be shifted by hand the wrong way: so many steps back are looked at. */
const mostBack = 3
const someExamples = 64

/**
 * Targets of a causal model that are its own inputs, of the same step or of one before: it has nothing to predict but
 * what it was given. Exact: every target of 64 examples is compared.
 */
export function copiedInputs(
  { xs, ys }: Examples,
  axis: number,
): Omit<CheckResult, 'seed' | 'seconds'> | undefined {
  const [inputs, targets] = [tensorsOf(xs)[0]!, tensorsOf(ys)[0]!]
  if (tensorsOf(ys).length !== 1 || axis < 1 || axis >= inputs.rank || axis >= targets.rank) return undefined
  const back = tf.tidy(() => {
    const few = (tensor: tf.Tensor) => tensor.slice(0, Math.min(someExamples, tensor.shape[0]!)).toFloat()
    const [given, wanted] = aligned(few(inputs), few(targets))
    const steps = given.shape[axis]!
    if (wanted.shape.join() !== given.shape.join() || steps < 2 * mostBack || isConstant(wanted)) return -1
    for (let shift = 0; shift <= mostBack; shift++) {
      const part = (tensor: tf.Tensor, start: number) => {
        const begin = tensor.shape.map((_, i) => (i === axis ? start : 0))
        return tensor.slice(
          begin,
          tensor.shape.map((size, i) => (i === axis ? steps - shift : size)),
        )
      }
      if (tf.all(tf.equal(part(wanted, shift), part(given, 0))).dataSync()[0]) return shift
    }
    return -1
  })
  if (back < 0) return undefined
  const which = back === 0 ? 'the same step' : `${back} ${back === 1 ? 'step' : 'steps'} before`
  return {
    check: 'target-leak',
    stage: 'data',
    status: 'failed',
    summary: `The targets of the causal model are its inputs of ${which}.`,
    measured: { stepsBack: back },
    expected: { stepsBack: '< 0: targets lie ahead of what is given' },
    causes: [
      {
        name: 'target-leak',
        evidence: `every target equals the input of ${which}, in ${Math.min(someExamples, inputs.shape[0]!)} examples: the model only has to pass on what it is given`,
        fix: 'shift the targets: for inputs x[0 … t] the target at t is x[t + 1], so targets are sequence.slice(1) and inputs sequence.slice(0, -1)',
      },
    ],
  }
}

/** Inputs and targets in the same form: one-hot inputs with class indices as targets, indices with a last axis of 1. */
function aligned(given: tf.Tensor, wanted: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const flat = (tensor: tf.Tensor) =>
    tensor.shape.at(-1) === 1 && tensor.rank > 2 ? tensor.squeeze([-1]) : tensor
  const [a, b] = [flat(given), flat(wanted)]
  if (a.rank === b.rank + 1) return [a.argMax(-1).toFloat(), b]
  if (b.rank === a.rank + 1) return [a, b.argMax(-1).toFloat()]
  return [a, b]
}

const isConstant = (tensor: tf.Tensor): boolean =>
  tf.equal(tf.max(tensor), tf.min(tensor)).dataSync()[0] === 1
