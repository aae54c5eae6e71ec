import { jitterIndex } from '../../statistics/rightness.js'
import type { PredictionDynamics } from '../../training/prediction-dynamics.js'
import type { Comparison } from '../comparison.js'
import { type Content, type MovedBetween, type PictureKind, partsOfFirstAxis } from '../content.js'
import { otherBackend } from '../likely-causes.js'

const predictionImage: Omit<PictureKind, 'likelyCauses'> = {
  name: 'prediction-image',
  folder: '__images__',
  numbers: 'predictions',
  part: 'example',
  /** Measured, see docs/data-images.md: between what another machine changes and what another program changes. */
  atolShare: 2e-3,
}

const meanings: Record<PredictionDynamics['measure'], string> = {
  probability: 'probability of the label',
  error: 'prediction - target, in standard deviations',
  distance: 'root mean square error',
}

/** Predictions through training as a snapshot keeps them. */
export function predictionContent({ measure, values, looks }: PredictionDynamics): Content {
  const shape = [values.length / looks.length, looks.length]
  return {
    kind: {
      ...predictionImage,
      likelyCauses: (comparison, context) => likelyCauses(comparison, context, looks),
    },
    label: `${meanings[measure]} over ${looks.at(-1)} steps`,
    shape,
    values,
    parts: partsOfFirstAxis(shape),
    facts: [],
  }
}

/** The jitter of a snapshot's numbers. */
export const jitterOf = ({ values, shape }: Pick<Content, 'values' | 'shape'>): number =>
  jitterIndex(values, shape[1]!)

function likelyCauses(comparison: Comparison, { before, after }: MovedBetween, looks: number[]): string[] {
  const causes = otherBackend(before, after)
  if (comparison.by === 'shape') return ['another number of examples, or of steps', ...causes]
  if (comparison.by !== 'values') return [...causes, 'another seed, program, or data in another order']
  const { tolerance, before: old, after: now } = comparison
  const moved = looks.findIndex((_, look) => {
    for (let i = look; i < now.length; i += looks.length) {
      if (Math.abs(now[i]! - old[i]!) > tolerance.atol + tolerance.rtol * Math.abs(old[i]!)) return true
    }
    return false
  })
  const jitter = `jitter ${percent(jitterIndex(old, looks.length))} before, ${percent(jitterIndex(now, looks.length))} now`
  return [
    ...causes,
    moved <= 0
      ? 'different from the start: another seed, initialiser, architecture or batch'
      : `the same start, different from step ${looks[moved]} on: optimizer, learning rate, loss, batch size, order or content of the training data`,
    jitter,
  ]
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
