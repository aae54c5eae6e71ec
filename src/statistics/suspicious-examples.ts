import type { Examples } from '../training/trainable.js'
import { repeatedRows } from './identical-rows.js'
import { classesOf, type Task } from './label-kind.js'
import { findLabelNoise } from './label-noise.js'
import { pointsOf, sampleRows } from './neighbours.js'
import { findOutliers, leastOutlierRows, mayHaveOutliers } from './outlying-values.js'
import { nearRowsIn, repeatsIn } from './repeated-inputs.js'
import { tablesOf } from './tables.js'

/** Examples that somebody should look at. Row numbers, ascending. */
export interface SuspiciousExamples {
  /** With values far outside the others. */
  outliers: number[]
  /** Groups of copies, exact or near. Inputs that repeat by chance are none. */
  copies: number[][]
  /** Labels that the neighbours contradict with confidence, the surest first. */
  mislabelled: Array<{ example: number; given: number; suggested: number }>
}

/** As `checkConsistentLabels`: label noise is looked for among at most so many examples, of at most so many classes. */
const mostNoiseRows = 2000
const leastNoiseRows = 60
const mostClasses = 50
/** Share of the neighbours that have to agree on another label. */
const sureOfLabel = 0.9

/** What the data checks would look at, whether or not there is enough of it to fail them. */
export function findSuspicious(
  { xs, ys }: Examples,
  { seed, task }: { seed: number; task?: Task | undefined },
): SuspiciousExamples {
  const inputs = tablesOf('xs', xs)
  const outputs = tablesOf('ys', ys)
  const rows = inputs[0]!.rows
  const measurements = rows < leastOutlierRows ? [] : mayHaveOutliers(inputs, outputs, task)
  const outliers = new Set(findOutliers(measurements, seed).map(({ example }) => example))

  const repeats = repeatsIn(xs)
  const natural = repeats.enumerable || repeats.pairs <= repeats.allowed
  const near = nearRowsIn(xs, seed)
  return {
    outliers: [...outliers].sort((a, b) => a - b),
    copies: [...(natural ? [] : repeatedRows(repeats.groups)), ...near.pairs]
      .map((group) => [...group].sort((a, b) => a - b))
      .sort((a, b) => a[0]! - b[0]!),
    mislabelled: findMislabelled(inputs, outputs, rows, { seed, task }),
  }
}

function findMislabelled(
  inputs: ReturnType<typeof tablesOf>,
  outputs: ReturnType<typeof tablesOf>,
  rows: number,
  { seed, task }: { seed: number; task?: Task | undefined },
): SuspiciousExamples['mislabelled'] {
  const labels = classesOf(outputs, inputs, task)
  const picked = sampleRows(rows, mostNoiseRows, seed)
  if (!labels || labels.classes > mostClasses || picked.length < leastNoiseRows) return []
  const of = Int32Array.from(picked, (row) => labels.of[row]!)
  if (new Set(of).size < 2) return []
  return findLabelNoise(pointsOf(inputs, picked, seed), of, labels.classes, seed)
    .suspects.filter(({ certainty }) => certainty >= sureOfLabel)
    .map(({ point, given, suggested }) => ({ example: picked[point]!, given, suggested }))
}
