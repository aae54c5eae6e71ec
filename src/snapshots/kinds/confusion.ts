import { InvalidArgumentError } from '../../errors.js'
import { formatPercent } from '../../figures/number.js'
import { accuracyIn, type Confusion, confusionOf } from '../../statistics/confusion.js'
import { takesLogits } from '../../statistics/losses.js'
import { tensorsOf } from '../../training/examples.js'
import { rowsOf } from '../../training/outputs.js'
import type { Examples, Viewed } from '../../training/trainable.js'
import type { Comparison } from '../comparison.js'
import { type Content, type PictureKind, partsOfFirstAxis } from '../content.js'
import { otherBackend } from '../likely-causes.js'

const confusionImage: Omit<PictureKind, 'likelyCauses'> = {
  name: 'confusion-image',
  folder: '__images__',
  numbers: 'counts',
  part: 'label',
  /** Measured, see docs/model-images.md: what another machine changes by after some steps. */
  atolShare: 0.02,
  /** One example may change sides. */
  leastAtol: 1,
}

/**
 * How often the program takes each class for each, as a snapshot keeps it. `names` of the classes are for messages.
 * Throws `InvalidArgumentError` where the output or its labels name no classes.
 */
export function confusionContent(
  program: Viewed,
  on: Examples,
  { output, names = [] }: { output: number; names?: readonly string[] },
): Content {
  const confusion = countConfusion(program, on, output)
  const { classes, counts } = confusion
  if (names.length > 0 && names.length !== classes)
    throw new InvalidArgumentError('options.classes', `${names.length} names`, `one for each of ${classes}`)
  const shape = [classes, classes]
  const nameOf = (label: number) => names[label] ?? `${label}`
  return {
    kind: {
      ...confusionImage,
      likelyCauses: (comparison, { before, after }) => [
        ...otherBackend(before, after),
        ...likelyCauses(comparison, classes, nameOf),
      ],
    },
    label: 'confusion, a row per label',
    shape,
    values: counts,
    parts: { ...partsOfFirstAxis(shape), nameOf },
    facts: [],
  }
}

/** Accuracy, as a number for the result. */
export const accuracyOfContent = ({ shape, values }: Pick<Content, 'shape' | 'values'>): number =>
  accuracyIn({ classes: shape[0]!, counts: values })

function countConfusion(program: Viewed, on: Examples, output: number): Confusion {
  const predicted = [program.predict(on.xs)].flat()
  const predictions = predicted.map(rowsOf)
  for (const tensor of predicted) tensor.dispose()
  const labels = tensorsOf(on.ys, program.outputNames)
  if (!(Number.isInteger(output) && output >= 0 && output < Math.min(labels.length, predictions.length)))
    throw new InvalidArgumentError('options.output', String(output), `an index below ${predictions.length}`)
  const found = confusionOf(rowsOf(labels[output]!), predictions[output]!, cutOf(program, output))
  if (found) return found
  throw new InvalidArgumentError(
    'options.on',
    `labels [${labels[output]!.shape.join(', ')}] beside predictions of ${predictions[output]!.width} values`,
    'one class for each example: one-hot labels, class indices, or 0 and 1 beside one score',
    'label-shape',
  )
}

/** Where one score becomes a yes: scores before a sigmoid at 0. */
function cutOf(program: Viewed, output: number): number {
  const kind = program.lossDescriptions?.[output]?.kind
  return kind && (takesLogits(kind) || /hinge/i.test(kind)) ? 0 : 0.5
}

function likelyCauses(comparison: Comparison, classes: number, nameOf: (label: number) => string): string[] {
  if (comparison.by === 'shape') return ['another number of classes']
  if (comparison.by !== 'values')
    return ['other examples, another seed, or a program that was trained otherwise']
  const { before, after } = comparison
  const row = (counts: Float32Array, label: number) =>
    counts.subarray(label * classes, (label + 1) * classes).reduce((sum, count) => sum + count, 0)
  const column = (counts: Float32Array, prediction: number) =>
    Array.from({ length: classes }, (_, label) => counts[label * classes + prediction]!).reduce(
      (a, b) => a + b,
    )
  const all = Array.from({ length: classes }, (_, k) => k)
  const relabelled = all.filter((k) => row(before, k) !== row(after, k))
  const lost = all.filter((k) => column(before, k) > 0 && column(after, k) === 0)
  const worst = all
    .flatMap((label) => all.map((prediction) => ({ label, prediction, at: label * classes + prediction })))
    .filter(({ label, prediction }) => label !== prediction)
    .map((cell) => ({ ...cell, more: after[cell.at]! - before[cell.at]! }))
    .sort((a, b) => Math.abs(b.more) - Math.abs(a.more))[0]
  const accuracy = (counts: Float32Array) => formatPercent(accuracyIn({ classes, counts }))
  return [
    ...(relabelled.length > 0
      ? [
          `other examples: ${nameOf(relabelled[0]!)} is the label of ${row(before, relabelled[0]!)} before, ${row(after, relabelled[0]!)} now`,
        ]
      : []),
    ...(lost.length > 0 ? [`${lost.slice(0, 3).map(nameOf).join(', ')} not predicted at all any more`] : []),
    ...(worst && worst.more !== 0
      ? [
          `${nameOf(worst.label)} taken for ${nameOf(worst.prediction)}: ${before[worst.at]} before, ${after[worst.at]} now`,
        ]
      : []),
    `accuracy ${accuracy(before)} before, ${accuracy(after)} now`,
  ]
}
