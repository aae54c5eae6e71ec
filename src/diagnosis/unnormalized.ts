import { formatNumber } from '../figures/number.js'
import type { FeatureMoments } from '../statistics/feature-moments.js'
import { featureName, type Table } from '../statistics/tables.js'
import type { Cause } from './cause.js'

/** Features of one input that are off the scale that was wanted. */
export interface OffScale {
  table: Table
  kind: 'large' | 'small' | 'outside' | 'not-standard'
  features: FeatureMoments[]
  overall: FeatureMoments
  /** How many features the input has. */
  all: number
}

/** What the numbers of features off scale look like, and the transformation that mends them. */
export function causeOfScale({ table, kind, features, overall, all }: OffScale): Cause {
  const { smallest, largest } = overall
  const name = 'unnormalized-inputs'
  const range = `${table.name} goes from ${formatNumber(smallest)} to ${formatNumber(largest)}`
  if (largest <= 1 / 255 + 1e-6 && smallest >= -1 / 255 - 1e-6 && largest > 1 / 1000) {
    return {
      name,
      evidence: `${range}, and 1 / 255 is 0.0039: normalised twice, divided by 255 where the values went up to 1 already`,
      fix: 'remove one of the two divisions by 255 (loaders and model often have one each)',
    }
  }
  if (kind === 'small') {
    return {
      name,
      evidence: `${listMoments(table, features)}: normalised twice, or in too large a unit`,
      fix: 'divide once only; or standardise, (x - mean) / deviation, with the moments of the training data',
    }
  }
  if (smallest >= 0 && largest > 100 && largest <= 255 && overall.whole && table.width >= 16) {
    return {
      name,
      evidence: `${range} in whole numbers: pixels of 8 bits`,
      fix: 'divide by 255, as floats: xs.div(255); the same for validation data and in use',
    }
  }
  if (kind === 'outside') {
    return {
      name,
      evidence: listMoments(table, features),
      fix: 'map with the smallest and largest value of the training data, (x - low) / (high - low); clip what new data exceed them',
    }
  }
  const skewed = features.filter(
    ({ smallest: low, mean, deviation, largest: high }) =>
      low >= 0 && high > 100 && deviation > mean && (high - mean) / deviation > 6,
  )
  return {
    name,
    evidence: `${listMoments(table, features)}${features.length < all ? `; the other ${all - features.length} are on scale` : ''}`,
    fix: `standardise each feature with the moments of the training data, (x - mean) / deviation${
      skewed.length > 0
        ? `; take log(1 + x) of ${skewed
            .map(({ feature }) => featureName(table, feature))
            .slice(0, 3)
            .join(', ')} first, it is skewed`
        : ''
    }; use the same moments for validation data and in use`,
  }
}

function listMoments(table: Table, features: readonly FeatureMoments[]): string {
  const shown = features
    .slice(0, 4)
    .map(
      ({ feature, mean, deviation }) =>
        `${featureName(table, feature)} has mean ${formatNumber(mean)} and standard deviation ${formatNumber(deviation)}`,
    )
  return `${shown.join(', ')}${features.length > 4 ? ` and ${features.length - 4} more` : ''}`
}
