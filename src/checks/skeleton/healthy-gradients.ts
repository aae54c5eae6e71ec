import * as tf from '@tensorflow/tfjs'
import { causesOfGradients, type LayerGradient } from '../../diagnosis/gradients.js'
import { learningRateOf } from '../../diagnosis/trial.js'
import { formatNumber } from '../../figures/number.js'
import { assertExamples } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { mixSeed, withSeed } from '../../training/seed.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

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
export async function checkHealthyGradients(
  subject: Subject,
  batch: Examples,
  options: HealthyGradientsOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 10, seed = defaultSeed, signal, deadline = Infinity } = options
  assertCounts({ steps })
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    if (!program.stepWithGradients) {
      return skippedResult({
        check: 'healthy-gradients',
        stage: 'skeleton',
        reason: 'the program does not hand over its gradients: give it stepWithGradients(batch)',
        seed,
      })
    }
    const records: LayerGradient[][] = []
    let cut = false
    await withSeed(mixSeed(seed, 'run'), async () => {
      for (let step = 0; step < steps; step++) {
        cut = signal?.aborted === true || performance.now() > deadline
        if (cut) break
        records.push(measureStep(program, batch))
        if (records.at(-1)!.some(({ gradient }) => !Number.isFinite(gradient))) break
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    })
    const rate = learningRateOf(program.optimizer)
    const last = records.at(-1) ?? []
    const { causes, ratio, update } = causesOfGradients(cut ? [] : records, { bounds, rate })
    const nonFinite = last.some(({ gradient }) => !Number.isFinite(gradient))
    return {
      check: 'healthy-gradients',
      stage: 'skeleton',
      status: causes.length > 0 || cut ? 'failed' : 'passed',
      summary: cut
        ? `Stopped before the test's time ran out, at step ${records.length} of ${steps}. Give the test more time: test(name, fn, 120_000).`
        : causes.length > 0
          ? `Gradients are not healthy after ${records.length} steps: ${causes[0]!.evidence}.`
          : `Gradients reach all ${last.length} kernels: first to last ${formatNumber(ratio)}, updates ${formatNumber(update)} of the weights.`,
      measured: { firstToLast: nonFinite ? Number.NaN : ratio, updateRatio: update },
      expected: {
        firstToLast: `${formatNumber(bounds.vanishing)} … ${formatNumber(bounds.exploding)}`,
        updateRatio: `${formatNumber(bounds.updateLow)} … ${formatNumber(bounds.updateHigh)}`,
      },
      causes,
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

/** One step, with gradient, weight and update norms of every kernel in the order of the layers. */
function measureStep(program: Trainable, batch: Examples): LayerGradient[] {
  const norm = (tensor: tf.Tensor) => tf.norm(tensor).dataSync()[0]!
  const kernels = Object.entries(program.weights()).filter(([, weight]) => weight.rank > 1)
  const before = kernels.map(([, weight]) => weight.clone())
  const { loss, gradients } = program.stepWithGradients!(batch)
  const after = program.weights()
  const records = tf.tidy(() => {
    const measured = kernels.map(([name], i) => ({
      name,
      gradient: gradients[name] ? norm(gradients[name]) : 0,
      weight: norm(before[i]!),
      update: norm(tf.sub(after[name]!, before[i]!)),
    }))
    return measured as unknown as tf.TensorContainer
  }) as unknown as LayerGradient[]
  tf.dispose([loss, ...before, ...Object.values(gradients)])
  return records
}
