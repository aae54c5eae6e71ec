import { InvalidArgumentError } from '../../errors.js'
import { formatPercent } from '../../figures/number.js'
import { listFirst } from '../../statistics/tables.js'
import type { TensorGroup, Viewed } from '../../training/trainable.js'
import type { Comparison } from '../comparison.js'
import type { Content, MovedBetween, PictureKind } from '../content.js'
import { otherBackend } from '../likely-causes.js'

const activationImage: Omit<PictureKind, 'likelyCauses'> = {
  name: 'activation-image',
  folder: '__images__',
  numbers: 'activations',
  part: 'unit',
  /** Measured, see docs/model-images.md: between what another machine changes and what another program changes. */
  atolShare: 0.01,
  /** With its picture at most about 50 KB. */
  mostExactBytes: 36_000,
}

/**
 * The outputs of one layer for the first `examples` of a batch (4 feature maps, 64 others), in inference mode, as a
 * snapshot keeps them; `layer` is an index or a name, by default the first hidden layer with weights. Throws `InvalidArgumentError` where there is no such layer, its outputs
 * cannot be seen or are not finite.
 */
export function activationContent(
  program: Viewed,
  xs: TensorGroup,
  { layer, examples }: { layer?: number | string; examples?: number },
): Content {
  const { layers = [] } = program
  const outputs = program.activations?.(xs) ?? []
  try {
    const visible = layers.flatMap((_, index) => (outputs[index] ? [index] : []))
    if (visible.length === 0) {
      throw new InvalidArgumentError(
        'subject',
        'a program that does not show its layers',
        'a LayersModel, or a Viewed with layers and activations(xs)',
      )
    }
    const hidden = visible.filter((index) => index < layers.length - 1)
    const found =
      layer === undefined
        ? (hidden.find((index) => layers[index]!.weights.length > 0) ?? visible[0]!)
        : visible.find((index) =>
            typeof layer === 'number' ? index === layer : layers[index]!.name === layer,
          )
    if (found === undefined) {
      const known = visible.map(
        (index) => `${index} ${layers[index]!.getClassName()} '${layers[index]!.name}'`,
      )
      throw new InvalidArgumentError(
        'options.layer',
        JSON.stringify(layer),
        `one of: ${listFirst(known, 12)}`,
      )
    }
    const { shape: whole } = outputs[found]!
    const kept = Math.min(whole[0]!, examples ?? (whole.length > 3 ? 4 : 64))
    const shape = [kept, ...whole.slice(1)]
    const all = outputs[found]!.dataSync()
    const values = Float32Array.from(all.subarray(0, (all.length / whole[0]!) * kept))
    const label = `layer ${found} ${layers[found]!.getClassName()} activations`
    assertFinite(values, label)
    const units = shape.at(-1) ?? 1
    return {
      kind: {
        ...activationImage,
        likelyCauses: (comparison, context) => likelyCauses(comparison, context, shape),
      },
      label,
      shape,
      values,
      parts: { count: units, partOf: (index) => index % units },
      facts: [],
    }
  } finally {
    for (const output of outputs) output?.dispose()
  }
}

function assertFinite(values: Float32Array, label: string): void {
  const broken = values.reduce((count, value) => count + Number(!Number.isFinite(value)), 0)
  if (broken === 0) return
  throw new InvalidArgumentError(
    'subject',
    `a program whose ${label} are not finite (${broken} of ${values.length})`,
    'finite activations (toHaveHealthyActivations says more)',
  )
}

/** The share of units that are 0 for every example. */
export function silentShare({ shape, values }: Pick<Content, 'shape' | 'values'>): number {
  const units = shape.at(-1) ?? 1
  const alive = new Uint8Array(units)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) alive[i % units] = 1
  return 1 - alive.reduce((sum, one) => sum + one, 0) / units
}

function likelyCauses(
  comparison: Comparison,
  { before, after, largest }: MovedBetween,
  shape: readonly number[],
): string[] {
  const causes = otherBackend(before, after)
  if (comparison.by === 'shape')
    return ['the layer has another shape, or the batch another number of examples', ...causes]
  if (comparison.by !== 'values')
    return [...causes, 'another seed, weights, preprocessing, or other examples']
  const [old, now] = [comparison.before, comparison.after].map((values) => silentShare({ shape, values }))
  return [
    ...causes,
    ...(now! > old!
      ? [`units died: ${formatPercent(old!)} were 0 for every example, ${formatPercent(now!)} are now`]
      : []),
    howAlike(comparison.cosine, comparison.largest.change / largest),
  ]
}

function howAlike(cosine: number, change: number): string {
  if (!(cosine >= 0.5))
    return 'other features: another seed, initialiser, layer, preprocessing, or other examples'
  if (cosine < 0.999)
    return 'the same features, trained or fed otherwise: learning rate, steps, order or content of the data, preprocessing'
  return `the same features, ${change < 0.005 ? 'hardly' : 'a little'} moved: some steps more or less, learning rate, another machine after many steps`
}
