import * as tf from '@tensorflow/tfjs'
import { causesOfGradients, type LayerGradient } from '../../diagnosis/gradients.js'
import { formatNumber } from '../../figures/number.js'
import { placesOfKernels } from '../../training/kernel-places.js'
import { learningRateOf } from '../../training/learning-rate.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, moreTime } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, type LayerRecord, skippedResult } from '../result.js'
import { type Watch, watchFirstSteps } from '../watch.js'

export interface HealthyGradientsOptions extends CheckOptions {
  /** Steps to train; gradients and updates are measured at each. Default 10. */
  steps?: number
}

/** Bounds far outside of what trains: each is a factor of a thousand or more off the usual. */
const bounds = {
  /** Gradient over weight of the first kernel, over that of the last. */
  vanishing: 1e-5,
  exploding: 1e5,
  /** Update over weight, usually about 1e-3 (CS231n). */
  updateHigh: 10,
  updateLow: 1e-7,
}

/**
 * Gradients reach every kernel, at a size in proportion: the norm of the gradient over that of the weights, compared
 * between the first and the last kernel (never in absolute terms, which depend on the loss); and updates are about
 * 1e-3 of the weights (CS231n), alarming only far outside. Costs `steps` steps.
 */
export function checkHealthyGradients(
  subject: Subject,
  batch: Examples,
  options: HealthyGradientsOptions = {},
): Promise<CheckResult> {
  return remembered('healthy-gradients', [subject], { ...options, batch }, async () => {
    const [result] = await watchFirstSteps(subject, batch, [watchGradients(options)], options)
    return result!
  })
}

/** The same check, to look on at a training that others share. */
export function watchGradients({ steps = 10 }: HealthyGradientsOptions = {}): Watch {
  assertCounts({ steps })
  const records: LayerGradient[][] = []
  let before: Kernel[] = []
  /** The kernels of steps whose norms were not read yet. */
  const measured: Array<readonly string[]> = []
  let applies = true
  const broken = () => records.at(-1)?.some(({ gradient }) => !Number.isFinite(gradient)) ?? false
  return {
    begin(program) {
      applies = program.stepWithGradients !== undefined
    },
    done: () => !applies || records.length === steps || broken(),
    looksAfter: (count) => count === steps,
    beforeStep(program) {
      const kernels = Object.entries(program.weights()).filter(([, weight]) => weight.rank > 1)
      before = kernels.map(([name, weight]) => ({ name, kernel: weight.clone() }))
      return before.map(({ kernel }) => kernel)
    },
    measure(program, { gradients = {} }) {
      const squares = squaresOf(before, program.weights(), gradients)
      measured.push(before.map(({ name }) => name))
      return squares
    },
    afterStep(_program, _step, [squares = []]) {
      records.push(normsOf(measured.shift()!, squares))
    },
    result(program, cut) {
      if (!applies) return skippedResult({ ...named, reason: missing, seed: 0 })
      const rate = learningRateOf(program.optimizer)
      const { causes, ratio, update } = causesOfGradients(cut ? [] : records, { bounds, rate })
      return {
        ...named,
        status: causes.length > 0 || cut ? 'failed' : 'passed',
        summary: cut
          ? `Stopped before the test's time ran out, at step ${records.length} of ${steps}. ${moreTime}`
          : causes.length > 0
            ? `Gradients are not healthy after ${records.length} steps: ${causes[0]!.evidence}.`
            : `Gradients reach all ${records.at(-1)?.length ?? 0} kernels: first to last ${formatNumber(ratio)}, updates ${formatNumber(update)} of the weights.`,
        measured: { firstToLast: broken() ? Number.NaN : ratio, updateRatio: update },
        expected: {
          firstToLast: `${formatNumber(bounds.vanishing)} … ${formatNumber(bounds.exploding)}`,
          updateRatio: `${formatNumber(bounds.updateLow)} … ${formatNumber(bounds.updateHigh)}`,
        },
        causes,
        layers: layersOf(records, placesOfKernels(program)),
        seed: 0,
        seconds: 0,
      }
    },
  }
}

const named = { check: 'healthy-gradients', stage: 'skeleton' } as const
const missing = 'the program does not hand over its gradients: give it stepWithGradients(batch)'

function layersOf(records: readonly LayerGradient[][], places: Map<string, string>): LayerRecord[] {
  const [first = []] = records
  return first.map(({ name, weight }, kernel) => {
    const steps = records.map((step) => step[kernel]!)
    return {
      layer: places.get(name) ?? name,
      weightNorm: weight,
      gradientNorms: steps.map(({ gradient }) => gradient),
      updateRatios: steps.map(({ update, weight }) => update / (weight || 1)),
    }
  })
}

interface Kernel {
  name: string
  kernel: tf.Tensor
}

/** Sums of the squares of gradient, weight and update of each kernel at one step, in one tensor. */
function squaresOf(
  before: readonly Kernel[],
  after: tf.NamedTensorMap,
  gradients: tf.NamedTensorMap,
): tf.Tensor[] {
  const sumOfSquares = (tensor: tf.Tensor) => tf.sum(tf.square(tensor))
  const all = before.flatMap(({ name, kernel }) => [
    gradients[name] ? sumOfSquares(gradients[name]) : tf.scalar(0),
    sumOfSquares(kernel),
    sumOfSquares(tf.sub(after[name]!, kernel)),
  ])
  return all.length === 0 ? [] : [tf.stack(all)]
}

/** Gradient, weight and update of each kernel at one step. */
function normsOf(names: readonly string[], squares: ArrayLike<number>): LayerGradient[] {
  return names.map((name, i) => ({
    name,
    gradient: Math.sqrt(squares[3 * i]!),
    weight: Math.sqrt(squares[3 * i + 1]!),
    update: Math.sqrt(squares[3 * i + 2]!),
  }))
}
