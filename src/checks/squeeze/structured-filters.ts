import {
  causesOfNoise,
  describeFilters,
  type FilterFinding,
  leastMoved,
} from '../../diagnosis/noisy-filters.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { structureOf } from '../../statistics/geary.js'
import { assertExamples, describe } from '../../training/examples.js'
import { mixSeed, mulberry32 } from '../../training/seed.js'
import type { Subject } from '../../training/trainable.js'
import { assertCounts, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'
import { filtersOf } from './filters-on-grid.js'
import { type FilterSubject, findFilters, type StructuredFiltersOptions, stepsFor } from './find-filters.js'

export type { FilterSubject, StructuredFiltersOptions } from './find-filters.js'

/** Values of so many filters are shuffled 199 times in under a second, and 99 times in 20 ms. */
const mostTested = 2 ** 18
const mostRemarked = 2 ** 14

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
  const measure = (
    values: Float32Array,
    { together = false, shuffles = permutations, mostValues = mostTested } = {},
  ) =>
    structureOf(filtersOf({ ...after, values }, { inputShape, alpha, together }), {
      permutations: shuffles,
      together,
      mostValues,
      random: mulberry32(mixSeed(seed, 'filters')),
    })
  const change = before && after.values.map((value, i) => value - before.values[i]!)
  const ofChange = change !== undefined && options.of !== 'weights'
  // Beside the change, the weights themselves are a remark.
  const remark = { shuffles: Math.min(permutations, Math.ceil(1 / alpha) - 1), mostValues: mostRemarked }
  const now = measure(after.values, ofChange ? remark : {})
  const moved = change && sizeOf(change) / sizeOf(before.values)
  const { grid, patterns } = filtersOf(after, { inputShape, alpha, together: false })
  const finding: FilterFinding = {
    label: after.label,
    filters: `${patterns.length} ${patterns.length === 1 ? 'filter' : 'filters'} of ${grid.join(' × ')}`,
    ofChange,
    training: run ? `${run.losses.length} ${run.losses.length === 1 ? 'step' : 'steps'}` : 'training',
    structure: ofChange ? measure(change, { together: true }) : now,
    now,
    first: before && measure(before.values, { ...(ofChange && remark), shuffles: 0 }),
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
    summary: `${describeFilters(finding, passed, alpha)}${late}`,
    measured: {
      ...(structure && { C: structure.geary, p: structure.low }),
      ...(first && { 'C before training': first.geary }),
      ...(first && now && { 'C after training': now.geary }),
      ...(moved !== undefined && { 'change / weights': moved }),
    },
    causes: passed || cut ? [] : causesOfNoise(finding, permutations),
  })
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

function sizeOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
}
