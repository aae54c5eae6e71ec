import { type ActivationState, causeOfActivations } from '../../diagnosis/activations.js'
import type { Cause } from '../../diagnosis/cause.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type LayerOutput, measureLayers } from '../../training/layer-outputs.js'
import type { Examples, Subject, TensorGroup, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, moreTime } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, type LayerRecord, skippedResult } from '../result.js'
import { type Step, type Watch, watchFirstSteps } from '../watch.js'

export interface HealthyActivationsOptions extends CheckOptions {
  /** Steps to train between the two looks. Default 30. */
  steps?: number
}

/**
 * The outputs of every hidden layer, before and after a few steps: rectified units that are off for every example,
 * sigmoids and tanhs at their ends, units that are all the same, outputs that do not differ from example to example,
 * numbers that are not finite, a scale that collapses or explodes with depth. Bounds are generous. Costs `steps` steps.
 */
export function checkHealthyActivations(
  subject: Subject,
  batch: Examples,
  options: HealthyActivationsOptions = {},
): Promise<CheckResult> {
  return remembered('healthy-activations', [subject], { ...options, batch }, async () => {
    const [result] = await watchFirstSteps(subject, batch, [watchActivations(options)], options)
    return result!
  })
}

/** The same check, to look on at a training that others share. */
export function watchActivations({ steps = 30 }: HealthyActivationsOptions = {}): Watch {
  assertCounts({ steps })
  let inputs: TensorGroup
  let latest: ActivationState | undefined
  let cause: Cause | undefined
  const look = (program: Trainable, step: number) => {
    latest = { layers: measureLayers(program, inputs), step }
    cause = causeOfActivations(latest, inputs)
  }
  let taken = 0
  let over = false
  return {
    begin(program, batch) {
      inputs = batch.xs
      over = !program.activations || !program.layers
      if (!over) look(program, 0)
    },
    done: () => over || cause !== undefined || taken === steps,
    looksAfter: (count) => count === steps,
    afterStep(program, { count, loss }: Step) {
      taken = count
      over = !Number.isFinite(loss)
      if (over || taken === steps) look(program, taken)
    },
    result(_program, cut) {
      if (!latest) return skippedResult({ ...named, reason: missing, seed: 0 })
      const dead = Math.max(0, ...latest.layers.map((layer) => layer.dead))
      const saturated = Math.max(0, ...latest.layers.map((layer) => layer.saturated))
      return {
        ...named,
        status: cause || cut ? 'failed' : 'passed',
        summary: cut
          ? `Stopped before the test's time ran out, at step ${taken} of ${steps}. ${moreTime}`
          : cause
            ? `Activations are not healthy ${latest.step === 0 ? 'at initialisation' : `after ${latest.step} steps`}: ${cause.evidence}.`
            : `Activations of ${latest.layers.length} hidden layers are healthy before and after ${latest.step} steps: at most ${formatPercent(dead)} of a layer's units dead, ${formatPercent(saturated)} of its values saturated.`,
        measured: { dead, saturated },
        expected: { dead: `≤ ${formatNumber(0.9)}`, saturated: `≤ ${formatNumber(0.9)}` },
        causes: cause ? [cause] : [],
        layers: latest.layers.map(recordOf),
        seed: 0,
        seconds: 0,
      }
    },
  }
}

function recordOf({ index, className, dead, saturated, size, histogram }: LayerOutput): LayerRecord {
  return {
    layer: `layer ${index} ${className}`,
    activations: { dead, saturated, size, ...(histogram && { histogram }) },
  }
}

const named = { check: 'healthy-activations', stage: 'skeleton' } as const
const missing = 'the program does not show its layers: give it layers and activations(xs)'
