import {
  type LossDescription,
  lossKinds,
  lossOfRows,
  meanOfRows,
  type Reduction,
  type Rows,
  reductions,
} from './losses.js'
import { oneHotRows } from './rows.js'

/** Labels and predictions of some examples, and the loss the program reports for them. */
export interface LossSample {
  labels: Rows
  predictions: Rows
  loss: number
}

/**
 * Which standard loss, reduced how, gives the reported losses: found by computing every candidate on the same
 * labels and predictions. Custom losses and custom loops are told apart from their numbers alone this way.
 * Give samples of different sizes, so that a sum over the batch differs from a mean. Undefined: none of them.
 */
export function identifyLoss(samples: readonly LossSample[]): LossDescription | undefined {
  for (const sparse of [false, true]) {
    const comparable = samples.map((sample) => (sparse ? asOneHot(sample) : sameWidth(sample)))
    if (comparable.some((sample) => sample === undefined)) continue
    const candidates = lossKinds.map((kind) => ({
      kind,
      means: comparable.map((sample) =>
        meanOfRows(lossOfRows(kind, sample!.labels, sample!.predictions), sample!.labels.weights),
      ),
    }))
    // A plain mean of any kind before odd reductions of another: of equal predictions several may give the same.
    for (const [reduction, factor] of Object.entries(reductions)) {
      for (const { kind, means } of candidates) {
        const matches = comparable.every((sample, i) =>
          isClose(sample!.loss, means[i]! * factor(sample!.labels.rows, sample!.predictions.width)),
        )
        if (matches) return { kind, sparse, reduction: reduction as Reduction }
      }
    }
  }
  return timesConstant(samples)
}

/** A standard loss times a number: the same ratio on samples whose losses differ enough for another loss to show. */
function timesConstant(samples: readonly LossSample[]): LossDescription | undefined {
  for (const sparse of [false, true]) {
    const comparable = samples.map((sample) => (sparse ? asOneHot(sample) : sameWidth(sample)))
    if (comparable.some((sample) => sample === undefined)) continue
    for (const kind of lossKinds) {
      const means = comparable.map((sample) =>
        meanOfRows(lossOfRows(kind, sample!.labels, sample!.predictions), sample!.labels.weights),
      )
      const constant = samples[0]!.loss / means[0]!
      const tiny = means.some((mean) => Math.abs(mean) < leastLoss)
      if (tiny || !Number.isFinite(constant) || constant <= 0 || !differ(means)) continue
      if (comparable.every((sample, i) => isClose(sample!.loss / constant, means[i]!)))
        return { kind, sparse, reduction: 'times a constant', constant }
    }
  }
  return undefined
}

const leastDifference = 0.005
/** Rounding and clipping rule below. */
const leastLoss = 1e-2

const differ = (means: readonly number[]): boolean =>
  means.slice(1).some((mean) => Math.abs(mean - means[0]!) > leastDifference * Math.abs(means[0]!))

function sameWidth(sample: LossSample): LossSample | undefined {
  const { labels, predictions } = sample
  return labels.width === predictions.width && labels.rows === predictions.rows ? sample : undefined
}

function asOneHot(sample: LossSample): LossSample | undefined {
  const labels = oneHotRows(sample.labels, sample.predictions.width)
  return labels && labels.rows === sample.predictions.rows ? { ...sample, labels } : undefined
}

/** Single-precision sums of a few hundred terms agree with double precision to about 1e-6; kinds differ by more. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-4 * Math.abs(b) + 1e-7
}
