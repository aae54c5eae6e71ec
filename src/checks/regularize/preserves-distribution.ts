import * as tf from '@tensorflow/tfjs'
import type { Cause } from '../../diagnosis/cause.js'
import { causeOfTensorLeak } from '../../diagnosis/tensor-leak.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { augmentedAgreement, labelValues } from '../../statistics/augmented-agreement.js'
import { type Table, tablesOf } from '../../statistics/tables.js'
import { blameAllocations } from '../../training/allocations.js'
import { type Augment, augmentAll, useAugmented } from '../../training/augmented.js'
import {
  assertExamples,
  countExamples,
  describe,
  disposeExamples,
  sliceExamples,
  tensorsOf,
} from '../../training/examples.js'
import { largestDifference } from '../../training/probe.js'
import { mixSeed, withSeed } from '../../training/seed.js'
import { sampleExamples } from '../../training/split.js'
import type { Examples } from '../../training/trainable.js'
import { joinTables } from '../data/joined-tables.js'
import { checkSameDistribution } from '../data/same-distribution.js'
import { assertCounts, type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface PreservesDistributionOptions extends CheckOptions {
  /** How often each example is augmented. Default 2. */
  draws?: number
  /** Examples per batch. Default 32. */
  batchSize?: number
  /** Largest shift of the inputs allowed, in standard deviations. Default 0.6. */
  maxShift?: number
  /** How many times farther augmented inputs may spread, or less far. Default 2. */
  maxSpread?: number
  /** Augmented examples must agree with their neighbours at least this share of how originals do. Default 0.4. */
  leastAgreement?: number
  /** The training loop frees what `augment` leaves behind, as a recipe does. Default false. */
  tidied?: boolean
}

const most = 1000
const defaults = { draws: 2, batchSize: 32, maxShift: 0.6, maxSpread: 2, leastAgreement: 0.4 }
/** Labels that neighbours hardly share say nothing of augmentation. */
const leastShared = 0.3
/** Standard errors by which the agreement must lie below what is wanted. */
const leastSurprise = 2

/** What an augmentation does wrong, the summary of the result first. */
interface Fault {
  summary: string
  cause: Cause
}

/**
 * An augmentation keeps examples usable (the same tensors, shapes and types, finite), its inputs where real ones are,
 * and labels that say what the inputs show: an augmented example agrees in its label with the nearest of the other
 * originals not much less than originals do. It repeats itself under a seed and leaves no tensor behind. No training.
 */
export async function checkPreservesDistribution(
  augment: Augment,
  examples: Examples,
  options: PreservesDistributionOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, draws = defaults.draws, batchSize = defaults.batchSize } = options
  if (typeof augment !== 'function')
    throw new InvalidArgumentError('subject', describe(augment), 'a function: (batch) => batch')
  assertCounts({ draws, batchSize })
  assertLimits(options)
  assertExamples(examples, 'examples')
  const sample = sampleExamples(examples, Math.min(most, countExamples(examples)), mixSeed(seed, 'augmented'))
  const measured: Record<string, number> = {}
  try {
    const fault =
      (await faultOfCall(augment, sample, { ...options, batchSize, seed })) ??
      (await faultOfExamples(augment, sample, { ...options, draws, batchSize, seed }, measured))
    return {
      check: 'preserves-distribution',
      stage: 'regularize',
      status: fault ? 'failed' : 'passed',
      summary: fault?.summary ?? summaryOf(measured, countExamples(sample), draws),
      measured,
      expected: {
        shift: `≤ ${formatNumber(options.maxShift ?? defaults.maxShift)}`,
        spread: `≤ ${formatNumber(options.maxSpread ?? defaults.maxSpread)}`,
        ...(measured.original !== undefined && {
          augmented: `≥ ${formatNumber((options.leastAgreement ?? defaults.leastAgreement) * measured.original)}`,
        }),
      },
      causes: fault ? [fault.cause] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    disposeExamples(sample)
  }
}

function assertLimits({ maxShift, maxSpread, leastAgreement }: PreservesDistributionOptions): void {
  for (const [name, value, least, wanted] of [
    ['maxShift', maxShift, 0, 'standard deviations, 0 or more'],
    ['maxSpread', maxSpread, 1, 'a ratio of 1 or more'],
    ['leastAgreement', leastAgreement, 0, 'a share, 0 or more'],
  ] as const) {
    if (value === undefined || value >= least) continue
    throw new InvalidArgumentError(`options.${name}`, describe(value), wanted)
  }
}

const tensorsIn = ({ xs, ys, sampleWeight }: Examples): tf.Tensor[] =>
  [xs, ys, ...(sampleWeight ? [sampleWeight] : [])].flatMap((group) => tensorsOf(group))

/** What shows in a call or two: it must repeat itself under a seed, and leave nothing behind. */
async function faultOfCall(
  augment: Augment,
  sample: Examples,
  { batchSize, seed, tidied = false }: PreservesDistributionOptions & { batchSize: number; seed: number },
): Promise<Fault | undefined> {
  const batch = sliceExamples(sample, 0, Math.min(batchSize, countExamples(sample)))
  try {
    const valuesOf = (made: Examples) => tensorsIn(made).map((tensor) => tensor.dataSync())
    const [first, second] = [0, 1].map(() => useAugmented(augment, batch, seed, valuesOf))
    const difference = Math.max(...first!.map((values, i) => largestDifference(values, second![i]!)))
    if (difference > 0) return faultOfChance(difference)
    if (tidied) return undefined
    const call = () => {
      const made = withSeed(seed, () => augment(batch))
      const given = new Set(tensorsIn(batch))
      tf.dispose(tensorsIn(made).filter((tensor) => !given.has(tensor)))
    }
    call()
    const before = tf.memory().numTensors
    call()
    const left = tf.memory().numTensors - before
    return left > 0 ? faultOfLeak(left, await blameAllocations(async () => call())) : undefined
  } finally {
    disposeExamples(batch)
  }
}

const faultOfChance = (difference: number): Fault => ({
  summary: `Two calls with the same batch and seed differ by up to ${formatNumber(difference)}.`,
  cause: {
    name: 'nondeterministic',
    evidence: `the same batch, augmented twice with Math.random seeded alike, differs by up to ${formatNumber(difference)}`,
    fix: 'draw from Math.random or unseeded TensorFlow.js operations, which the harness seeds; no crypto, no clock, no counter kept between calls',
  },
})

const faultOfLeak = (left: number, places: Parameters<typeof causeOfTensorLeak>[1]): Fault => ({
  summary: `Every call leaves ${formatNumber(left)} tensor${left === 1 ? '' : 's'} behind.`,
  cause: causeOfTensorLeak(left, places),
})

/** What shows in the augmented examples. */
async function faultOfExamples(
  augment: Augment,
  sample: Examples,
  options: PreservesDistributionOptions & { draws: number; batchSize: number; seed: number },
  measured: Record<string, number>,
): Promise<Fault | undefined> {
  const { draws, batchSize, seed } = options
  const made: Examples[] = []
  try {
    for (let draw = 0; draw < draws; draw++) {
      const { augmented, fault } = augmentAll(augment, sample, {
        batchSize,
        seed: mixSeed(seed, 'draw', draw),
        refuse: faultOfStructure,
      })
      if (fault) return fault
      made.push(augmented)
    }
    return (
      (await faultOfPlace(made[0]!, sample, options, measured)) ??
      faultOfLabels(made, sample, options, measured)
    )
  } finally {
    for (const one of made) disposeExamples(one)
  }
}

/** The same tensors, of the same shape and type, with finite values. */
function faultOfStructure(batch: Examples, augmented: Examples): Fault | undefined {
  for (const [part, given, got] of [
    ['xs', batch.xs, augmented.xs],
    ['ys', batch.ys, augmented.ys],
    ...(batch.sampleWeight && augmented.sampleWeight
      ? ([['sampleWeight', batch.sampleWeight, augmented.sampleWeight]] as const)
      : []),
  ] as const) {
    const [before, after] = [tablesOf(part, given), tablesOf(part, got)]
    const names = (tables: Table[]) => tables.map(({ name }) => name).join(', ')
    const fault = (finding: string, fix: string): Fault => ({
      summary: `Augmentation changes what a batch is: ${finding}.`,
      cause: { name: part === 'ys' ? 'label-shape' : 'augmentation-shift', evidence: finding, fix },
    })
    const keep = 'return tensors of the names, shapes and types of the batch given, one row for each example'
    if (
      before
        .map(({ name }) => name)
        .sort()
        .join() !==
      after
        .map(({ name }) => name)
        .sort()
        .join()
    )
      return fault(`${names(before)} become ${names(after)}`, keep)
    for (const table of before) {
      const other = after.find(({ name }) => name === table.name)!
      if (table.shape.join() !== other.shape.join())
        return fault(
          `${table.name} has the shape [${table.shape.join(', ')}] before, [${other.shape.join(', ')}] after`,
          keep,
        )
      if (table.dtype !== other.dtype)
        return fault(`${table.name} is ${table.dtype} before, ${other.dtype} after`, keep)
      const bad = Array.from(other.values).filter((value) => !Number.isFinite(value)).length
      if (bad > 0) return faultOfNumbers(table.name, bad, other.rows * other.width)
    }
  }
  return undefined
}

const faultOfNumbers = (name: string, bad: number, count: number): Fault => ({
  summary: `Augmentation makes values that are not finite: ${bad} of ${count} in ${name}.`,
  cause: {
    name: 'non-finite-data',
    evidence: `${bad} of ${count} values of ${name} are NaN or infinite after augmentation, none before`,
    fix: 'look for a division by a deviation of 0, and logarithms and roots of negative numbers',
  },
})

/** Inputs stay where the originals are. Quantities to be predicted keep their values here: they have no place to be in. */
async function faultOfPlace(
  augmented: Examples,
  sample: Examples,
  {
    maxShift = defaults.maxShift,
    maxSpread = defaults.maxSpread,
    seed = defaultSeed,
  }: PreservesDistributionOptions,
  measured: Record<string, number>,
): Promise<Fault | undefined> {
  const found = await checkSameDistribution({ xs: augmented.xs, ys: sample.ys }, sample, {
    maxShift,
    maxSpread,
    seed,
  })
  Object.assign(measured, found.measured)
  if (found.status !== 'failed') return undefined
  const { shift = 0, spread = 1 } = found.measured
  const finding =
    shift > maxShift
      ? `augmented inputs lie ${formatNumber(shift)} standard deviations from the originals`
      : `augmented inputs vary ${formatNumber(spread)} times as much as the originals`
  return {
    summary: `Augmentation moves inputs away from real ones: ${finding}; at most ${formatNumber(maxShift)} apart and ${formatNumber(maxSpread)} times as much was wanted.`,
    cause: {
      name: 'augmentation-shift',
      evidence: `${finding}, over ${countExamples(sample)} examples`,
      fix: 'augment on the scale of the data (pixels from 0 to 1 are not shifted by 50), and only in ways that inputs vary in use',
    },
  }
}

/** Labels still say what inputs show. */
function faultOfLabels(
  made: readonly Examples[],
  sample: Examples,
  { leastAgreement = defaults.leastAgreement, seed = defaultSeed }: PreservesDistributionOptions,
  measured: Record<string, number>,
): Fault | undefined {
  const inputs = tablesOf('xs', sample.xs)
  const joined = made.map(({ xs }) => tablesOf('xs', xs)).reduce(joinTables, inputs)
  const after = made.map(({ ys }) => tablesOf('ys', ys)).reduce(joinTables)
  const labels = labelValues(tablesOf('ys', sample.ys), after, inputs)
  if (!labels) return undefined
  if ('unreadable' in labels) return faultOfClasses(labels.unreadable, labels.why)
  const agreement = augmentedAgreement(joined, labels, seed)
  if (!agreement) return undefined
  const { original, augmented, changed, atOthers, relabelled } = agreement
  Object.assign(measured, { original: original.share, augmented: augmented.share, changed, relabelled })
  if (original.share < leastShared) return undefined
  // Every example is there `draws` times over: that many draws are not as many independent ones.
  const error = Math.sqrt(made.length) * Math.hypot(augmented.error, leastAgreement * original.error)
  const score = (share: number) => (labels.kind === 'numbers' ? Math.atanh(share) : share)
  if (augmented.score > score(leastAgreement * original.share) - leastSurprise * error) return undefined
  const shares = `${formatPercent(augmented.share)} after augmentation, ${formatPercent(original.share)} before`
  const evidence = `beyond chance, examples agree in their labels with the nearest other originals by ${shares} (${changed} changed examples)`
  const summary = `Augmented inputs do not show what their labels say: neighbours agree by ${shares}.`
  if (atOthers > 0.5) {
    return {
      summary,
      cause: {
        name: 'labels-independent-of-inputs',
        evidence: `${evidence}, and ${formatPercent(atOthers)} of them are other originals`,
        fix: 'put inputs and labels into the same order: gather both with the same indices',
      },
    }
  }
  return {
    summary,
    cause:
      relabelled > 0.1
        ? {
            name: 'label-noise',
            evidence: `${evidence}; ${formatPercent(relabelled)} of the labels change`,
            fix: 'change labels only as the inputs are changed: mix both by the same share, with the same partner',
          }
        : {
            name: 'augmentation-shift',
            evidence,
            fix: 'leave out what makes another class of an input, or nothing at all: mirrored digits, turns by 90°, crops without the object, noise above the signal; look at a few augmented examples',
          },
  }
}

const faultOfClasses = (name: string, why: string): Fault => ({
  summary: `Augmented labels are no classes any more: ${name}, ${why}.`,
  cause: {
    name: 'label-range',
    evidence: `${name} holds one class for each example before augmentation; after it, ${why}`,
    fix: 'leave labels as they are, or mix one-hot labels with shares that sum to 1: share * a + (1 - share) * b',
  },
})

function summaryOf(measured: Record<string, number>, count: number, draws: number): string {
  const { shift, original, augmented, relabelled = 0 } = measured
  const times = `${count} examples, ${draws} times each`
  const place =
    shift === undefined ? '' : ` inputs lie ${formatNumber(shift)} standard deviations from the originals,`
  if (original === undefined || augmented === undefined)
    return `Augmentation keeps examples usable:${place} labels could not be compared (${times}).`
  if (original < leastShared)
    return `Augmentation keeps examples usable:${place} neighbours hardly share labels, which were not compared (${times}).`
  const changes = relabelled > 0 ? `, ${formatPercent(relabelled)} of the labels change` : ''
  return `Augmentation keeps inputs and labels together:${place} neighbours agree by ${formatPercent(augmented)} after it, ${formatPercent(original)} before${changes} (${times}).`
}
