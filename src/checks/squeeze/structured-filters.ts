import type * as tf from '@tensorflow/tfjs'
import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { filterAxes } from '../../images/filter-axes.js'
import { readWeightsMadeBy } from '../../snapshots/made-by-factory.js'
import { readWeights, type Weights } from '../../snapshots/weights.js'
import {
  arrangementsLog,
  type Filters,
  type Structure,
  sizeOfGrid,
  structureOf,
} from '../../statistics/geary.js'
import { assertExamples, describe } from '../../training/examples.js'
import { runPlan } from '../../training/planned-run.js'
import type { Run } from '../../training/run.js'
import { mixSeed, mulberry32 } from '../../training/seed.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'

/** What has filters: a trained model, one of its layers, a kernel, a program, or a factory of one of them. */
export type FilterSubject =
  | Subject
  | tf.layers.Layer
  | tf.Tensor
  | { program: Trainable; model?: tf.LayersModel | undefined }
  | (() => tf.layers.Layer | tf.Tensor | Promise<tf.layers.Layer | tf.Tensor>)

export interface StructuredFiltersOptions extends CheckOptions {
  /** Index into `model.layers` or name; of a Trainable, of its weights. Default: the first layer with a kernel. */
  layer?: number | string
  /** [height, width] or [height, width, channels] of the image that a dense layer sees. Default: found before a Flatten. */
  inputShape?: readonly number[]
  /** Examples to train on first; without them the weights are tested as they are. */
  train?: Examples
  /** Steps to train on `train`. Default 50; 500 with `of: 'weights'`. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** The same layer before training, as a model, a layer or a kernel, where the subject is trained already. */
  initial?: tf.LayersModel | tf.layers.Layer | tf.Tensor
  /** Test the weights, or what training changed in them. Default: the change with `train` or `initial`. */
  of?: 'weights' | 'change'
  /** Shuffles to compare with. Default 199. */
  permutations?: number
  /** The largest share of shuffles with as much structure. Default 0.01. */
  alpha?: number
}

/** The layer after training, and where it is known before. */
interface Found {
  after: Weights
  before?: Weights
  run?: Run
}

/** What was measured, for the message. */
interface Finding {
  label: string
  /** `8 filters of 5 × 5` */
  filters: string
  /** Whether the change was tested, or the weights. */
  ofChange: boolean
  /** `500 steps` */
  training: string
  /** Of what was tested, of the weights as they are, and as they were before training. */
  structure: Structure | undefined
  now: Structure | undefined
  first: Structure | undefined
  /** The size of the change in parts of the weights before it. */
  moved: number | undefined
  rests: boolean
}

/** Structure shows in the change within 20 steps; through the initial noise it takes hundreds. See docs/squeeze.md. */
const stepsFor = ({ of }: StructuredFiltersOptions) => (of === 'weights' ? 500 : 50)
/** A change below this part of the weights leaves the initial noise as it was, however smooth the change. */
const leastMoved = 1e-3

/**
 * The filters of the first layer show patterns, not noise (Karpathy: "visualize first-layer weights … you want edges
 * that make sense"). Geary's C, the mean squared difference of neighbouring weights over twice their variance (Geary,
 * The Incorporated Statistician 5, 1954), is compared with that of the same filters with their pixels shuffled: of
 * noise no more than `alpha` passes. Costs `steps` steps with `train`, else none.
 * Throws `InvalidArgumentError` for weights that do not lie on a grid, or on one too small to ever pass.
 */
export function checkStructuredFilters(
  subject: FilterSubject,
  options: StructuredFiltersOptions = {},
): Promise<CheckResult> {
  const run = () => lookAtFilters(subject, options)
  // Names of layers are not among what programs are compared by.
  return typeof subject === 'function' && typeof options.layer !== 'string'
    ? remembered('structured-filters', [subject as Subject], { ...options }, run)
    : run()
}

async function lookAtFilters(
  subject: FilterSubject,
  options: StructuredFiltersOptions,
): Promise<CheckResult> {
  const started = performance.now()
  assertOptions(options)
  const {
    inputShape,
    steps = stepsFor(options),
    permutations = 199,
    alpha = 0.01,
    seed = defaultSeed,
  } = options
  const found = await findFilters(subject, options)
  const finish = (result: Pick<CheckResult, 'status' | 'summary' | 'measured' | 'causes'>): CheckResult => ({
    check: 'structured-filters',
    stage: 'squeeze',
    expected: { p: `≤ ${formatNumber(alpha)}`, C: 'below 1, that of noise' },
    ...result,
    ...(found.run && { curves: { loss: found.run.losses } }),
    seed,
    seconds: (performance.now() - started) / 1000,
  })
  if (found.run?.end === 'non-finite') return finish(diverged(found.run.losses.length))

  const { after, before, run } = found
  const cut = run && wasCutShort(run.end)
  const measure = (values: Float32Array, together = false) =>
    structureOf(filtersOf({ ...after, values }, { inputShape, alpha, together }), {
      permutations,
      together,
      random: mulberry32(mixSeed(seed, 'filters')),
    })
  const change = before && after.values.map((value, i) => value - before.values[i]!)
  const ofChange = change !== undefined && options.of !== 'weights'
  const now = measure(after.values)
  const moved = change && sizeOf(change) / sizeOf(before.values)
  const { grid, patterns } = filtersOf(after, { inputShape, alpha, together: false })
  const finding: Finding = {
    label: after.label,
    filters: `${patterns.length} ${patterns.length === 1 ? 'filter' : 'filters'} of ${grid.join(' × ')}`,
    ofChange,
    training: run ? `${run.losses.length} ${run.losses.length === 1 ? 'step' : 'steps'}` : 'training',
    structure: ofChange ? measure(change, true) : now,
    now,
    first: before && measure(before.values),
    moved,
    rests: moved !== undefined && moved < leastMoved,
  }
  const { structure, first, rests } = finding
  const passed = structure !== undefined && structure.low <= alpha && !(ofChange && rests)
  const late = cut
    ? ` The test's time ran out after ${run.losses.length} of ${steps} steps.${passed ? '' : ` ${moreTime}`}`
    : ''
  return finish({
    status: passed ? 'passed' : 'failed',
    summary: `${summaryOf(finding, passed, alpha)}${late}`,
    measured: {
      ...(structure && { C: structure.geary, p: structure.low }),
      ...(first && { 'C before training': first.geary }),
      ...(first && now && { 'C after training': now.geary }),
      ...(moved !== undefined && { 'change / weights': moved }),
    },
    causes: passed || cut ? [] : causesOf(finding, permutations),
  })
}

function summaryOf(finding: Finding, passed: boolean, alpha: number): string {
  const { label, filters, ofChange, training, structure, now, first, moved, rests } = finding
  const subject = ofChange ? `What ${training} changed in ${label} (${filters})` : `${label} (${filters})`
  if (ofChange && rests) {
    return `${label} (${filters}) is as noisy as it was: ${training} changed it by ${formatPercent(moved!)} of its size.`
  }
  if (!structure) return `${subject} shows no pattern: every filter is constant.`
  const figures = `Geary's C ${formatNumber(structure.geary)} (noise: 1), p ${formatNumber(structure.low)}`
  const course =
    first && now
      ? ` The filters went from C ${formatNumber(first.geary)} to ${formatNumber(now.geary)} (p ${formatNumber(now.low)}).`
      : ''
  if (!passed) return `${subject} looks like noise: ${figures} > ${formatNumber(alpha)}.${course}`
  const hidden =
    ofChange && now && now.low > alpha
      ? " Their initial noise still hides it: more steps, or of: 'weights' to insist."
      : ''
  return `${subject} has structure: ${figures}.${course}${hidden}`
}

function causesOf(finding: Finding, permutations: number): Cause[] {
  const { label, ofChange, training, structure, moved, rests } = finding
  if (rests) {
    const unchanged = moved === 0
    return [
      {
        name: 'filters-are-noise',
        evidence: `${label} changed by ${formatNumber(moved!)} of its size in ${training}: its filters are those of the initialisation`,
        fix: "look at the learning rate (0, too low, or a schedule that starts at 0) and train longer; the layer must be trainable and in the graph of the loss. For weights that were trained elsewhere use of: 'weights'",
      },
      {
        name: unchanged ? 'weights-not-updated' : 'learning-rate-too-low',
        evidence: unchanged ? 'no weight of it changed' : `less than ${leastMoved} of its size`,
        fix: unchanged
          ? 'toUpdateEveryWeight tells which weights rest, and why'
          : 'raise the learning rate tenfold at a time until the loss falls fast',
      },
    ]
  }
  if (!structure) {
    return [
      {
        name: 'symmetric-init',
        evidence: `every filter of ${label} has one value throughout${ofChange ? ', or changed by one value' : ''}`,
        fix: "initialise kernels at random ('glorotUniform', 'heNormal'), and look at the inputs: pictures of one colour teach no pattern",
      },
    ]
  }
  const share = formatPercent(structure.low)
  const alternating =
    structure.high <= 0.05
      ? '; neighbours even differ more than chance: a checkerboard, as of second derivatives or of upsampling'
      : ''
  return [
    {
      name: 'filters-are-noise',
      evidence: `with the pixels of each filter shuffled, ${share} of ${permutations + 1} orders have a C as low: where a weight lies tells nothing about its value${alternating}`,
      fix: ofChange
        ? 'look at the inputs just before the model: pixels in scrambled order (a reshape where a transpose was meant, width and height swapped), or noise for pictures, teach no pattern; train longer where the loss has hardly fallen'
        : 'train longer, since the initial noise fades slowly ({ train, steps } on a factory tests what training changes, and needs fewer steps); if the loss does not fall, look for labels shuffled apart from their inputs, a learning rate of 0 or too low, and scrambled pixels; filters noisy after a long training want weight decay or a lower learning rate',
    },
  ]
}

function diverged(steps: number): Pick<CheckResult, 'status' | 'summary' | 'measured' | 'causes'> {
  return {
    status: 'failed',
    summary: `The loss is not finite after ${steps} steps: there are no filters to look at.`,
    measured: {},
    causes: [
      {
        name: 'diverging-loss',
        evidence: `the loss was not finite within ${steps} steps`,
        fix: 'toOverfitBatch and toHaveHealthyGradients find out why; try a lower learning rate first',
      },
    ],
  }
}

function assertOptions(options: StructuredFiltersOptions): void {
  const { inputShape, train, steps, batchSize, initial, of, permutations, alpha = 0.01 } = options ?? {}
  assertCounts({ steps, batchSize, permutations })
  if (train !== undefined) assertExamples(train, 'options.train')
  if (
    inputShape !== undefined &&
    !(Array.isArray(inputShape) && /^[23]$/.test(`${inputShape.length}`) && inputShape.every(isCount))
  ) {
    throw new InvalidArgumentError(
      'options.inputShape',
      Array.isArray(inputShape) ? `[${inputShape.join(', ')}]` : describe(inputShape),
      '[height, width] or [height, width, channels]',
    )
  }
  if (of !== undefined && of !== 'weights' && of !== 'change') {
    throw new InvalidArgumentError('options.of', describe(of), "'weights' or 'change'")
  }
  if (of === 'change' && !train && initial === undefined) {
    throw new InvalidArgumentError(
      'options.of',
      "'change' without weights from before",
      'train: { xs, ys } with a factory, or initial: the layer before training',
    )
  }
  if (train && initial !== undefined) {
    throw new InvalidArgumentError('options.initial', 'both train and initial', 'one of them')
  }
  if (!(typeof alpha === 'number' && alpha > 0 && alpha < 1)) {
    throw new InvalidArgumentError('options.alpha', describe(alpha), 'a share between 0 and 1')
  }
  if (1 / ((permutations ?? 199) + 1) > alpha) {
    throw new InvalidArgumentError(
      'options.permutations',
      `${permutations ?? 199}, with which p is at least ${formatNumber(1 / ((permutations ?? 199) + 1))}`,
      `at least ${Math.ceil(1 / alpha - 1 - 1e-9)}, so that p can reach alpha ${formatNumber(alpha)}`,
    )
  }
}

const isCount = (size: unknown) => Number.isInteger(size) && (size as number) > 0

async function findFilters(received: FilterSubject, options: StructuredFiltersOptions): Promise<Found> {
  const { layer, train, initial, seed = defaultSeed } = options
  const subject = isTrainedRun(received) ? (received.model ?? received.program) : received
  if (train) return trainFilters(subject as Subject, train, options)
  const after =
    typeof subject === 'function'
      ? await readWeightsMadeBy(subject, { seed, layer })
      : readWeights(subject, layer)
  assertTestable(after, options)
  if (initial === undefined) return { after }
  const before = readWeights(initial, layer)
  if (before.shape.join() !== after.shape.join()) {
    throw new InvalidArgumentError(
      'options.initial',
      `weights of shape [${before.shape.join(', ')}]`,
      `the same layer before training, [${after.shape.join(', ')}]`,
    )
  }
  return { after, before }
}

async function trainFilters(
  create: Subject,
  train: Examples,
  options: StructuredFiltersOptions,
): Promise<Found> {
  const { layer, steps = stepsFor(options), batchSize = 32, seed = defaultSeed } = options
  let before: Weights | undefined
  const { program, ...run } = await runPlan(
    { create, train, batchSize },
    {
      seed,
      steps,
      ...controlOf(options),
      look: {
        every: 8,
        see: (untrained) => {
          if (before) return undefined
          before = readWeights(holderOf(untrained), layer)
          assertTestable(before, options)
          return undefined
        },
      },
    },
  )
  try {
    return {
      after: run.end === 'non-finite' ? before! : readWeights(holderOf(program), layer),
      before: before!,
      run,
    }
  } finally {
    program.dispose()
  }
}

/** A model tells the class and the input of a layer; a program by hand has weights by name only. */
function holderOf(program: Trainable): unknown {
  return (program as { model?: unknown }).model ?? program
}

function isTrainedRun(value: unknown): value is { program: Trainable; model?: tf.LayersModel | undefined } {
  return typeof value === 'object' && value !== null && 'program' in value && 'losses' in value
}

function assertTestable(weights: Weights, options: StructuredFiltersOptions): void {
  const { inputShape, train, initial, of, alpha = 0.01 } = options
  const together = (train !== undefined || initial !== undefined) && of !== 'weights'
  filtersOf(weights, { inputShape, alpha, together })
}

/** Divides a kernel into filters; throws where its weights have no neighbours, or too few to tell order from chance. */
function filtersOf(
  weights: Weights,
  {
    inputShape,
    alpha,
    together,
  }: { inputShape: readonly number[] | undefined; alpha: number; together: boolean },
): Filters {
  const { values, shape, className, label } = weights
  const grid = gridOf(weights, inputShape)
  const pixels = sizeOfGrid(grid)
  const within = values.length / pixels
  const { count, filterOf } = filterAxes(shape, className)
  const members: number[][] = Array.from({ length: count }, () => [])
  for (let i = 0; i < within; i++) members[filterOf(i)]!.push(i)
  if ((together ? 1 : count) * arrangementsLog(grid) < -Math.log(alpha) - 1e-9) {
    throw new InvalidArgumentError(
      label,
      `${count} ${count === 1 ? 'filter' : 'filters'} of ${grid.join(' × ')}`,
      pixels === 1
        ? 'filters with neighbouring weights: another layer'
        : `more weights: so few come into any order by chance more often than in ${formatPercent(alpha)} of cases${together ? "; of: 'weights' needs fewer" : ''}`,
    )
  }
  const patterns = members.map((indices) =>
    Float64Array.from({ length: pixels * indices.length }, (_, i) => {
      const pixel = Math.floor(i / indices.length)
      return values[pixel * within + indices[i % indices.length]!]!
    }),
  )
  return { grid, patterns }
}

/** The axes along which weights have neighbours: those of a convolution, or of the image that a dense layer sees. */
function gridOf(
  { shape, className, label, inputShape }: Weights,
  given?: readonly number[],
): readonly number[] {
  const convolves = className === undefined || className.includes('Conv')
  if (convolves && shape.length >= 3 && shape.length <= 5) return shape.slice(0, -2)
  const seen = given ?? inputShape
  const isDense = (className === undefined || className === 'Dense') && shape.length === 2
  if (isDense && seen && (seen.length === 2 || seen.length === 3) && sizeOfGrid(seen) === shape[0]) {
    return seen.slice(0, 2)
  }
  const fits = isDense && given ? `an inputShape of ${shape[0]} values, not [${given.join(', ')}]` : undefined
  throw new InvalidArgumentError(
    label,
    `weights of shape [${shape.join(', ')}], which do not lie on an image`,
    fits ??
      (isDense
        ? 'the kernel of a convolution, or of a dense layer on an image: where it is flat, option inputShape: [height, width]'
        : 'the kernel of a convolution, or of a dense layer on an image: name it by the option layer'),
  )
}

function sizeOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
}
