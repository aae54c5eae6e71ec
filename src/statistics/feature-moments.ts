import { countFeatures, type Table } from './tables.js'

/** Mean, deviation and extent of one feature: a column of a table, a channel of pictures. */
export interface FeatureMoments {
  feature: number
  mean: number
  deviation: number
  smallest: number
  largest: number
  /** Values that are whole numbers, all of them. */
  whole: boolean
}

/** The moments of every feature, in double precision: two passes, shifted by the first value. */
export function featureMoments(table: Table): FeatureMoments[] {
  const features = countFeatures(table)
  const { values } = table
  const size = table.rows * table.width
  const count = size / features
  const shift = Float64Array.from({ length: features }, (_, k) => values[k]!)
  const sums = new Float64Array(features)
  const squares = new Float64Array(features)
  const smallest = new Float64Array(features).fill(Infinity)
  const largest = new Float64Array(features).fill(-Infinity)
  const whole = new Uint8Array(features).fill(1)
  for (let i = 0; i < size; ) {
    for (let k = 0; k < features; k++, i++) {
      const value = values[i]!
      const shifted = value - shift[k]!
      sums[k]! += shifted
      squares[k]! += shifted * shifted
      if (value < smallest[k]!) smallest[k] = value
      if (value > largest[k]!) largest[k] = value
      if (whole[k] && value !== Math.floor(value)) whole[k] = 0
    }
  }
  return Array.from({ length: features }, (_, feature) => {
    const offset = sums[feature]! / count
    return {
      feature,
      mean: shift[feature]! + offset,
      deviation:
        largest[feature] === smallest[feature]
          ? 0
          : Math.sqrt(Math.max(0, squares[feature]! / count - offset * offset)),
      smallest: smallest[feature]!,
      largest: largest[feature]!,
      whole: whole[feature] === 1,
    }
  })
}

/** All features as one. */
export function overallMoments(features: readonly FeatureMoments[]): FeatureMoments {
  const mean = features.reduce((sum, one) => sum + one.mean, 0) / features.length
  const variance =
    features.reduce((sum, one) => sum + one.deviation ** 2 + (one.mean - mean) ** 2, 0) / features.length
  return {
    feature: -1,
    mean,
    deviation: Math.sqrt(variance),
    smallest: Math.min(...features.map(({ smallest }) => smallest)),
    largest: Math.max(...features.map(({ largest }) => largest)),
    whole: features.every(({ whole }) => whole),
  }
}
