import { type ActivationState, causeOfActivations } from '../../diagnosis/activations.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { sameBatch } from '../../training/batches.js'
import { assertExamples } from '../../training/examples.js'
import { measureLayers } from '../../training/layer-outputs.js'
import { openProgram } from '../../training/open.js'
import { trainProgram } from '../../training/run.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface HealthyActivationsOptions extends CheckOptions {
  /** Steps to train between the two looks. Default 30. */
  steps?: number
}

/**
 * The outputs of every hidden layer, before and after a few steps: rectified units that are off for every example,
 * sigmoids and tanhs at their ends, units that are all the same, outputs that do not differ from example to example,
 * numbers that are not finite, a scale that collapses or explodes with depth. Bounds are generous. Costs `steps` steps.
 */
export async function checkHealthyActivations(
  subject: Subject,
  batch: Examples,
  options: HealthyActivationsOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 30, seed = defaultSeed } = options
  assertCounts({ steps })
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    if (!program.activations || !program.layers) {
      return skippedResult({
        check: 'healthy-activations',
        stage: 'skeleton',
        reason: 'the program does not show its layers: give it layers and activations(xs)',
        seed,
      })
    }
    const before: ActivationState = { layers: measureLayers(program, batch.xs), step: 0 }
    let cause = causeOfActivations(before, batch.xs)
    let latest = before
    let cut = false
    if (!cause) {
      const { end, losses } = await trainProgram(program, sameBatch(batch).next, {
        seed,
        steps,
        ...controlOf(options),
      })
      cut = wasCutShort(end)
      latest = { layers: measureLayers(program, batch.xs), step: losses.length }
      cause = cut ? undefined : causeOfActivations(latest, batch.xs)
    }
    const dead = Math.max(0, ...latest.layers.map((layer) => layer.dead))
    const saturated = Math.max(0, ...latest.layers.map((layer) => layer.saturated))
    return {
      check: 'healthy-activations',
      stage: 'skeleton',
      status: cause || cut ? 'failed' : 'passed',
      summary: cut
        ? `Stopped before the test's time ran out, at step ${latest.step} of ${steps}. Give the test more time: test(name, fn, 120_000).`
        : cause
          ? `Activations are not healthy ${latest.step === 0 ? 'at initialisation' : `after ${latest.step} steps`}: ${cause.evidence}.`
          : `Activations of ${latest.layers.length} hidden layers are healthy before and after ${latest.step} steps: at most ${formatPercent(dead)} of a layer's units dead, ${formatPercent(saturated)} of its values saturated.`,
      measured: { dead, saturated },
      expected: {
        dead: `≤ ${formatNumber(0.9)}`,
        saturated: `≤ ${formatNumber(0.9)}`,
      },
      causes: cause ? [cause] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}
