import { filterAxes } from '../../images/filter-axes.js'
import type { Content, PictureKind } from '../content.js'
import { likelyCausesOfWeights } from '../likely-causes.js'
import type { Weights } from '../weights.js'

const weightImage: PictureKind = {
  name: 'weight-image',
  folder: '__weights__',
  numbers: 'weights',
  part: 'filter',
  /** Measured, see docs/weight-image.md: between what another machine changes and what another program changes. */
  atolShare: 2e-3,
  likelyCauses: likelyCausesOfWeights,
}

/** Weights as a snapshot keeps them. */
export function weightContent({ label, shape, values, className }: Weights): Content {
  const { count, filterOf } = filterAxes(shape, className)
  return { kind: weightImage, label, shape, values, parts: { count, partOf: filterOf }, facts: [] }
}
