/**
 * Reference implementations of the standard losses in double precision, row by row, independent of
 * TensorFlow.js. A row is one prediction of the last axis: the class scores of an example, or of one step of a
 * sequence. They are what a measured loss is held against.
 */

/** TensorFlow.js clips probabilities to [ε, 1 - ε] before taking logarithms. */
const EPSILON = 1e-7

export type LossKind =
  | 'categoricalCrossentropy'
  | 'softmaxCrossEntropy'
  | 'binaryCrossentropy'
  | 'sigmoidCrossEntropy'
  | 'meanSquaredError'
  | 'meanAbsoluteError'
  | 'meanAbsolutePercentageError'
  | 'meanSquaredLogarithmicError'
  | 'huberLoss'
  | 'logcosh'
  | 'hinge'
  | 'squaredHinge'
  | 'categoricalHinge'
  | 'kullbackLeiblerDivergence'
  | 'poisson'
  | 'cosineProximity'

/** How the losses of the rows become one number, as a factor on their mean for `rows` rows of `width` values. */
export const reductions = {
  mean: () => 1,
  'sum over the batch': (rows: number) => rows,
  'mean over the classes': (_rows: number, width: number) => 1 / width,
  'sum over the features': (_rows: number, width: number) => width,
  'sum over the batch and the features': (rows: number, width: number) => rows * width,
  'logarithm to base 2': () => Math.LOG2E,
  negated: () => -1,
  half: () => 0.5,
} satisfies Record<string, (rows: number, width: number) => number>

export type Reduction = keyof typeof reductions | 'times a constant'

/** What the loss of one output computes. `sparse`: its labels are class indices. */
export interface LossDescription {
  kind: LossKind
  sparse: boolean
  reduction: Reduction
  /** Of 'times a constant': the constant. */
  constant?: number
}

/** What the mean of the rows' losses is multiplied by. */
export function reductionFactor(
  { reduction, constant = 1 }: LossDescription,
  rows: number,
  width: number,
): number {
  return reduction === 'times a constant' ? constant : reductions[reduction](rows, width)
}

/** Labels or predictions as rows of doubles: `rows` × `width`, row after row, and the rows' weights in the loss. */
export interface Rows {
  values: ArrayLike<number>
  rows: number
  width: number
  weights?: ArrayLike<number>
}

const clip = (p: number) => Math.min(Math.max(p, EPSILON), 1 - EPSILON)
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

type RowLoss = (y: ArrayLike<number>, p: ArrayLike<number>, yAt: number, pAt: number, width: number) => number

/** The mean over the features of a row of an elementwise loss. */
const elementwise =
  (loss: (y: number, p: number) => number): RowLoss =>
  (y, p, yAt, pAt, width) => {
    let sum = 0
    for (let k = 0; k < width; k++) sum += loss(y[yAt + k]!, p[pAt + k]!)
    return sum / width
  }

const rowLosses: Record<LossKind, RowLoss> = {
  categoricalCrossentropy(y, p, yAt, pAt, width) {
    let total = 0
    for (let k = 0; k < width; k++) total += p[pAt + k]!
    let sum = 0
    for (let k = 0; k < width; k++) sum -= y[yAt + k]! * Math.log(clip(p[pAt + k]! / total))
    return sum
  },
  softmaxCrossEntropy(y, p, yAt, pAt, width) {
    let max = -Infinity
    for (let k = 0; k < width; k++) max = Math.max(max, p[pAt + k]!)
    let total = 0
    for (let k = 0; k < width; k++) total += Math.exp(p[pAt + k]! - max)
    const logTotal = max + Math.log(total)
    let sum = 0
    for (let k = 0; k < width; k++) sum += y[yAt + k]! * (logTotal - p[pAt + k]!)
    return sum
  },
  binaryCrossentropy: elementwise((y, p) => -y * Math.log(clip(p)) - (1 - y) * Math.log(1 - clip(p))),
  sigmoidCrossEntropy: elementwise((y, p) => softplus(p) - p * y),
  meanSquaredError: elementwise((y, p) => (p - y) ** 2),
  meanAbsoluteError: elementwise((y, p) => Math.abs(p - y)),
  meanAbsolutePercentageError: elementwise(
    (y, p) => 100 * Math.abs((y - p) / Math.min(Math.max(Math.abs(y), EPSILON), Number.MAX_VALUE)),
  ),
  meanSquaredLogarithmicError: elementwise(
    (y, p) => (Math.log1p(Math.max(p, EPSILON)) - Math.log1p(Math.max(y, EPSILON))) ** 2,
  ),
  huberLoss: elementwise((y, p) => {
    const error = Math.abs(p - y)
    return error <= 1 ? error ** 2 / 2 : error - 0.5
  }),
  logcosh: elementwise((y, p) => p - y + softplus(-2 * (p - y)) - Math.LN2),
  hinge: elementwise((y, p) => Math.max(0, 1 - y * p)),
  squaredHinge: elementwise((y, p) => Math.max(0, 1 - y * p) ** 2),
  categoricalHinge(y, p, yAt, pAt, width) {
    let positive = 0
    let negative = -Infinity
    for (let k = 0; k < width; k++) {
      positive += y[yAt + k]! * p[pAt + k]!
      negative = Math.max(negative, (1 - y[yAt + k]!) * p[pAt + k]!)
    }
    return Math.max(0, 1 + negative - positive)
  },
  kullbackLeiblerDivergence(y, p, yAt, pAt, width) {
    let sum = 0
    for (let k = 0; k < width; k++) {
      const label = Math.min(Math.max(y[yAt + k]!, EPSILON), 1)
      sum += y[yAt + k]! * Math.log(label / Math.min(Math.max(p[pAt + k]!, EPSILON), 1))
    }
    return sum
  },
  poisson: elementwise((y, p) => p - y * Math.log(p + EPSILON)),
  cosineProximity(y, p, yAt, pAt, width) {
    let dot = 0
    let yy = 0
    let pp = 0
    for (let k = 0; k < width; k++) {
      dot += y[yAt + k]! * p[pAt + k]!
      yy += y[yAt + k]! ** 2
      pp += p[pAt + k]! ** 2
    }
    return -dot / Math.sqrt(Math.max(yy, EPSILON) * Math.max(pp, EPSILON))
  },
}

/** The loss of every row. A prediction of a single row stands for a constant: it is held against every label. */
export function lossOfRows(kind: LossKind, labels: Rows, predictions: Rows): Float64Array {
  const rowLoss = rowLosses[kind]
  const losses = new Float64Array(labels.rows)
  for (let i = 0; i < labels.rows; i++) {
    const pAt = predictions.rows === 1 ? 0 : i * predictions.width
    losses[i] = rowLoss(labels.values, predictions.values, i * labels.width, pAt, labels.width)
  }
  return losses
}

/** The mean over rows, each with its weight: what TensorFlow.js reports for weighted examples. */
export function meanOfRows(losses: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  let sum = 0
  for (let i = 0; i < losses.length; i++) sum += losses[i]! * (weights ? weights[i]! : 1)
  return sum / losses.length
}

const crossEntropies: ReadonlySet<LossKind> = new Set([
  'categoricalCrossentropy',
  'softmaxCrossEntropy',
  'kullbackLeiblerDivergence',
])

/** A loss over exclusive classes: one distribution per row. */
export function isCategorical(kind: LossKind): boolean {
  return crossEntropies.has(kind) || kind === 'categoricalHinge'
}

/** A loss over independent yes/no labels. */
export function isBinary(kind: LossKind): boolean {
  return (
    kind === 'binaryCrossentropy' ||
    kind === 'sigmoidCrossEntropy' ||
    kind === 'hinge' ||
    kind === 'squaredHinge'
  )
}

/** A loss over quantities, as a distance between prediction and target. */
export function isRegression(kind: LossKind): boolean {
  return /^(meanSquaredError|meanAbsoluteError|huberLoss|logcosh)$/.test(kind)
}

/** Whether predictions enter the loss as unnormalised scores, without a softmax or sigmoid in the model. */
export function takesLogits(kind: LossKind): boolean {
  return kind === 'softmaxCrossEntropy' || kind === 'sigmoidCrossEntropy'
}

const aliases: Record<string, { kind: LossKind; sparse?: boolean }> = {
  mse: { kind: 'meanSquaredError' },
  MSE: { kind: 'meanSquaredError' },
  mae: { kind: 'meanAbsoluteError' },
  MAE: { kind: 'meanAbsoluteError' },
  mape: { kind: 'meanAbsolutePercentageError' },
  MAPE: { kind: 'meanAbsolutePercentageError' },
  msle: { kind: 'meanSquaredLogarithmicError' },
  MSLE: { kind: 'meanSquaredLogarithmicError' },
  kld: { kind: 'kullbackLeiblerDivergence' },
  KLD: { kind: 'kullbackLeiblerDivergence' },
  cosine: { kind: 'cosineProximity' },
  sparseCategoricalCrossentropy: { kind: 'categoricalCrossentropy', sparse: true },
}

/** What a loss given to `compile` by name computes; undefined for an unknown name. */
export function lossByName(name: string): LossDescription | undefined {
  const { kind, sparse = false } = aliases[name] ?? { kind: name as LossKind }
  return kind in rowLosses ? { kind, sparse, reduction: 'mean' } : undefined
}

export const lossKinds = Object.keys(rowLosses) as LossKind[]
