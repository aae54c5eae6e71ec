import * as tf from '@tensorflow/tfjs'
import { causesOfNonFinite } from '../../diagnosis/non-finite.js'
import { InvalidArgumentError } from '../../errors.js'
import { countNonFinite } from '../../statistics/non-finite.js'
import { listFirst, plural, tablesOf } from '../../statistics/tables.js'
import { assertExamples, isTensor, tensorsOf } from '../../training/examples.js'
import type { Examples, TensorGroup } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface FiniteValuesOptions extends CheckOptions {}

/**
 * Every value of inputs, labels and sample weights is a finite number. One NaN makes every weight NaN within a
 * step. Exact, on every value: one pass.
 */
export async function checkFiniteValues(
  examples: Examples,
  options: FiniteValuesOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertUsableApartFromValues(examples)
  const tables = [
    ...tablesOf('xs', examples.xs),
    ...tablesOf('ys', examples.ys),
    ...(examples.sampleWeight ? tablesOf('sampleWeight', examples.sampleWeight) : []),
  ]
  const found = tables.map(countNonFinite).filter(({ count }) => count > 0)
  const values = tables.reduce((sum, table) => sum + table.rows * table.width, 0)
  const total = found.reduce((sum, { count }) => sum + count, 0)
  const nan = found.reduce((sum, one) => sum + one.nan, 0)
  return {
    check: 'finite-values',
    stage: 'data',
    status: total === 0 ? 'passed' : 'failed',
    summary:
      total === 0
        ? `All ${values} values of ${plural(tables.length, 'tensor')} are finite.`
        : `${total} of ${values} values are not finite: ${found.map(({ table, kinds, examples }) => `${table.name} has ${kinds} (example${examples.length === 1 ? '' : 's'} ${listFirst(examples)})`).join('; ')}.`,
    measured: { nonFinite: total, nan, infinite: total - nan },
    expected: { nonFinite: 0 },
    causes: found.flatMap(causesOfNonFinite),
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Everything `assertExamples` asks for, except that the numbers are finite: that is for this check to report. */
function assertUsableApartFromValues(examples: Examples): void {
  try {
    assertExamples(examples, 'examples')
  } catch (error) {
    if (!(error instanceof InvalidArgumentError) || error.causeName !== 'non-finite-data') throw error
    const parts = {
      xs: withoutValues(examples.xs),
      ys: withoutValues(examples.ys),
      ...(examples.sampleWeight && { sampleWeight: withoutValues(examples.sampleWeight) }),
    }
    try {
      assertExamples(parts, 'examples')
    } finally {
      for (const [part, group] of Object.entries(parts)) {
        const originals = new Set<unknown>(
          Object.values({ ...groupOf(examples[part as keyof typeof parts]!) }),
        )
        tf.dispose(tensorsOf(group).filter((tensor) => isTensor(tensor) && !originals.has(tensor)))
      }
    }
  }
}

function groupOf(group: TensorGroup): tf.Tensor[] | tf.NamedTensorMap {
  return isTensor(group) ? [group] : group
}

/** Stands in for float tensors with as many examples and no values that could be wrong. */
function withoutValues(group: TensorGroup): TensorGroup {
  const replace = (tensor: tf.Tensor) =>
    isTensor(tensor) && !tensor.isDisposed && tensor.dtype === 'float32' && tensor.rank > 0
      ? tf.zeros([tensor.shape[0]!], 'int32')
      : tensor
  if (typeof group !== 'object' || group === null) return group
  if (isTensor(group)) return replace(group)
  if (Array.isArray(group)) return group.map(replace)
  return Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, replace(tensor)]))
}
