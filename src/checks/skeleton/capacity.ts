import { diagnoseCapacity } from '../../diagnosis/capacity.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { sameCacheKey } from '../../memo/function-keys.js'
import { attainableLoss } from '../../statistics/attainable-loss.js'
import { mean } from '../../statistics/estimates.js'
import { minibatches } from '../../training/batches.js'
import { assertExamples, describe, disposeExamples } from '../../training/examples.js'
import { groupIdenticalInputs } from '../../training/identical-inputs.js'
import { openProgram } from '../../training/open.js'
import { viewOutputs } from '../../training/outputs.js'
import { type RunEnd, trainProgram } from '../../training/run.js'
import { sampleExamples } from '../../training/split.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'

export interface CapacityOptions<Capacity> extends CheckOptions {
  /** Given to the factory one after the other, smallest first; at least two. */
  capacities: readonly Capacity[]
  /** Steps to train each. Default 200. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** What to call a capacity: by itself (default), by its number of weights, or as the function says. */
  nameOf?: 'weights' | ((capacity: Capacity, parameters: number) => string)
}

/** One capacity after its training. */
type Factory = Extract<Subject, () => unknown>

export interface CapacityRun {
  label: string
  parameters: number
  /** Mean loss on a fixed sample of the training data, in inference mode. */
  loss: number
  end: RunEnd
}

/** Of the distance between the best constant and the floor: what the largest must gain over the smallest. */
const leastGain = 0.02
/** … and how much one step up in capacity may lose, since runs of this length differ by chance. */
const tolerated = 0.05
/** Programs this close to the floor have nothing left to gain. */
const solved = 0.05
const mostExamples = 512

/**
 * Trains the same program at growing capacities, with the same seed and the same batches, and expects the
 * training loss to fall (Karpathy: "verify decreasing training loss"). The number of weights must grow with the
 * capacity, exactly. Costs `steps` steps for each capacity.
 */
export async function checkCapacity<Capacity>(
  create: (capacity: Capacity) => unknown,
  train: Examples,
  options: CapacityOptions<Capacity>,
): Promise<CheckResult> {
  if (typeof create !== 'function') {
    throw new InvalidArgumentError(
      'subject',
      describe(create),
      'a function from a capacity to a fresh, compiled model',
    )
  }
  assertOptions(options)
  const factories = options.capacities.map((capacity) =>
    sameCacheKey(create, (() => create(capacity)) as Factory),
  )
  return checkFactories(factories, train, options)
}

/** The same with a factory for each capacity. */
export async function checkFactories<Capacity>(
  factories: readonly Factory[],
  train: Examples,
  options: CapacityOptions<Capacity>,
): Promise<CheckResult> {
  assertOptions(options)
  return remembered('decrease-loss-with-capacity', factories, { ...options, train }, () =>
    trainCapacities(factories, train, options),
  )
}

async function trainCapacities<Capacity>(
  factories: readonly Factory[],
  train: Examples,
  options: CapacityOptions<Capacity>,
): Promise<CheckResult> {
  const started = performance.now()
  const { capacities, steps = 200, batchSize = 32, nameOf = String, seed = defaultSeed } = options
  assertExamples(train, 'train')
  const sample = sampleExamples(train, mostExamples, seed)
  const runs: CapacityRun[] = []
  const curves: Record<string, number[]> = {}
  let constant = Number.NaN
  let floor = 0
  try {
    for (const [i, capacity] of capacities.entries()) {
      const program = await openProgram(factories[i]!, seed)
      const batches = minibatches(train, { batchSize, seed })
      try {
        if (runs.length === 0) {
          const attainable = attainableLoss(
            viewOutputs(program, sample, 'train'),
            groupIdenticalInputs(sample),
          )
          constant = attainable?.constant ?? lossValue(program, sample)
          floor = attainable?.floor ?? 0
        }
        const run = await trainProgram(program, batches.next, {
          seed,
          steps,
          readEvery: 25,
          ...controlOf(options),
        })
        const parameters = Object.values(program.weights()).reduce((sum, weight) => sum + weight.size, 0)
        const loss = run.end === 'non-finite' ? Number.NaN : lossValue(program, sample)
        const label = nameOf === 'weights' ? `${parameters} weights` : nameOf(capacity, parameters)
        runs.push({ label, parameters, loss, end: run.end })
        curves[`loss at ${label}`] = run.losses
      } finally {
        batches.dispose()
        program.dispose()
      }
      if (wasCutShort(runs.at(-1)!.end)) break
    }
  } finally {
    disposeExamples(sample)
  }
  const failure = failureOf(runs, capacities.length, constant - floor, floor)
  const table = runs.map((run) => `${run.label}: ${formatNumber(run.loss)}`).join(', ')
  return {
    check: 'decrease-loss-with-capacity',
    stage: 'skeleton',
    status: failure ? 'failed' : 'passed',
    summary: failure
      ? `${failure} Loss after ${steps} steps by capacity: ${table}.`
      : `Training loss falls with capacity: ${table}.`,
    measured: Object.fromEntries(runs.map((run) => [`loss at ${run.label}`, run.loss])),
    expected: { loss: 'lower for every larger capacity', baseline: constant },
    causes:
      failure && !wasCutShort(runs.at(-1)!.end)
        ? await diagnoseCapacity({
            runs,
            constant,
            subject: factories.at(-1)!,
            train,
            seed,
            control: controlOf(options),
          })
        : [],
    curves,
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function failureOf(
  runs: readonly CapacityRun[],
  wanted: number,
  range: number,
  floor: number,
): string | undefined {
  const last = runs.at(-1)!
  if (wasCutShort(last.end)) {
    return `Stopped before the test's time ran out, at capacity ${last.label} (${runs.length} of ${wanted}). Give the test more time, or set fewer steps.`
  }
  for (let i = 1; i < runs.length; i++) {
    const [smaller, larger] = [runs[i - 1]!, runs[i]!]
    if (larger.parameters <= smaller.parameters) {
      return `Capacity ${larger.label} has ${larger.parameters} weights, not more than the ${smaller.parameters} of capacity ${smaller.label}.`
    }
  }
  const diverged = runs.find(({ loss }) => !Number.isFinite(loss))
  if (diverged) return `Training diverged at capacity ${diverged.label}.`
  const isSolved = ({ loss }: CapacityRun) => loss - floor <= solved * range
  for (let i = 1; i < runs.length; i++) {
    const [smaller, larger] = [runs[i - 1]!, runs[i]!]
    if (!isSolved(larger) && larger.loss > smaller.loss + tolerated * range) {
      return `The loss rises from ${formatNumber(smaller.loss)} at capacity ${smaller.label} to ${formatNumber(larger.loss)} at ${larger.label}.`
    }
  }
  const [first] = runs
  if (!isSolved(last) && first!.loss - last.loss < leastGain * range) {
    return `The loss does not fall with capacity: ${formatNumber(first!.loss)} at ${first!.label}, ${formatNumber(last.loss)} at ${last.label}.`
  }
  return undefined
}

function lossValue(program: Trainable, examples: Examples): number {
  const loss = program.loss(examples)
  const value = mean(loss.dataSync())
  loss.dispose()
  return value
}

function assertOptions<Capacity>(options: CapacityOptions<Capacity>): void {
  const { capacities, steps, batchSize } = options ?? {}
  if (!Array.isArray(capacities) || capacities.length < 2) {
    throw new InvalidArgumentError(
      'options.capacities',
      Array.isArray(capacities) ? `${capacities.length} capacities` : describe(capacities),
      'at least two, smallest first, such as [4, 16, 64]',
    )
  }
  assertCounts({ steps, batchSize })
}
