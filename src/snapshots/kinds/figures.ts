import { createHash } from 'node:crypto'
import { InvalidArgumentError } from '../../errors.js'
import { lineChart, type Series } from '../../figures/line-chart.js'
import { numbersOf, withNumbers } from '../../figures/svg-numbers.js'
import type { VectorDrawing } from '../../images/drawing.js'
import { allowedChange, type Comparison } from '../comparison.js'
import type { Content, MovedBetween, PictureKind } from '../content.js'
import { otherBackend } from '../likely-causes.js'

/** A recorded training, as far as it is drawn: accuracies jump by whole examples, also between machines. */
export interface RecordedCurves {
  losses: readonly number[]
  updateRatios: readonly unknown[]
}

/** SVG text, curves by name, or a recorded training: its losses. */
export type FigureSubject = string | Record<string, ArrayLike<number>> | RecordedCurves

export interface FigureDrawingOptions {
  /** Default: the name of the snapshot, or 'figure'. */
  title?: string
  /** Default 'step'. */
  xLabel?: string
  /** Default: the name of the first curve. */
  yLabel?: string
}

const figure: Omit<PictureKind, 'likelyCauses' | 'numbers' | 'part'> = {
  name: 'figure',
  folder: '__images__',
  format: 'svg',
  /** As prediction images: losses move as far as predictions on another machine. */
  atolShare: 2e-3,
  scaledByPart: true,
}

/** A longer curve is thinned out: more points than these are not drawn either. */
const mostPoints = 1000
const mostCurves = 32
/** Characters of a figure. */
const largestSvg = 1024 * 1024
const mostNumbers = 65_536
const mostTexts = 200

/** A figure as a snapshot keeps it. Throws `InvalidArgumentError` for what is none. */
export function figureContent(
  subject: unknown,
  options: FigureDrawingOptions,
): { content: Content; drawing: VectorDrawing } {
  return typeof subject === 'string' ? ofSvg(subject) : ofCurves(curvesIn(subject), options)
}

interface Curve {
  name: string
  /** What is compared: six digits, thinned out, the last finite value where there is none. */
  values: number[]
  /** What is drawn. */
  drawn: number[]
  stride: number
  fact: string
}

function ofCurves(
  curves: Curve[],
  { title = 'figure', xLabel = 'step', yLabel = curves[0]!.name }: FigureDrawingOptions,
): { content: Content; drawing: VectorDrawing } {
  const values = Float32Array.from(curves.flatMap((curve) => curve.values))
  const starts = curves.map((_, i) => curves.slice(0, i).reduce((sum, curve) => sum + curve.values.length, 0))
  const curveAt = (index: number) => starts.findLastIndex((start) => start <= index)
  const labels = { title, xLabel, yLabel }
  const series = (
    name: (curve: Curve) => string,
    valuesOf: (curve: Curve, i: number) => number[],
    dashed = false,
  ) =>
    Object.fromEntries(
      curves.map((curve, i): [string, Series] => [
        name(curve),
        { values: valuesOf(curve, i), stride: curve.stride, color: i, dashed },
      ]),
    )
  const svg = withNumbers(
    lineChart(
      series(
        ({ name }) => name,
        ({ drawn }) => drawn,
      ),
      labels,
    ),
    curves.map((curve) => curve.values),
  )
  return {
    content: {
      kind: {
        ...figure,
        numbers: 'points',
        part: 'curve',
        likelyCauses: (comparison, context) => causesOfCurves(comparison, context, curves, starts),
      },
      label: `figure of ${curves
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 200)}`,
      shape: [values.length],
      values,
      parts: { count: curves.length, partOf: curveAt, nameOf: (curve) => curves[curve]!.name },
      facts: curves.map(({ fact }) => fact),
    },
    drawing: {
      svg,
      drawOver: (before) =>
        lineChart(
          {
            ...series(
              ({ name }) => `${name} before (dashed)`,
              (curve, i) => Array.from(before.subarray(starts[i], starts[i]! + curve.values.length)),
              true,
            ),
            ...series(
              ({ name }) => name,
              ({ drawn }) => drawn,
            ),
          },
          labels,
        ),
    },
  }
}

function ofSvg(given: string): { content: Content; drawing: VectorDrawing } {
  const svg = given.replace(/\r\n?/g, '\n')
  const wanted = `SVG text (<svg … </svg>) of at most ${largestSvg} characters with at most ${mostNumbers} numbers`
  if (
    svg.length > largestSvg ||
    !(svg.trimStart().startsWith('<') && /<svg[\s>]/.test(svg)) ||
    !/<\/svg>\s*$/.test(svg)
  )
    throw new InvalidArgumentError('received', `a text of ${svg.length} characters`, wanted)
  const found = numbersOf(svg)
  const values = Float32Array.from(found.values, (value) => (Number.isFinite(value) ? value : 0))
  if (values.length === 0 || values.length > mostNumbers)
    throw new InvalidArgumentError('received', `SVG text with ${values.length} numbers`, wanted)
  const structure = createHash('sha256').update(found.rest).digest('hex').slice(0, 12)
  return {
    content: {
      kind: { ...figure, numbers: 'numbers', part: 'figure', likelyCauses: causesOfSvg },
      label: 'figure',
      shape: [values.length],
      values,
      parts: { count: 1, partOf: () => 0 },
      facts: [
        `markup: ${structure}`,
        ...found.texts
          .slice(0, mostTexts)
          .map((text, i) => `text ${i}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`),
      ],
    },
    drawing: { svg },
  }
}

function curvesIn(subject: unknown): Curve[] {
  const wanted = 'SVG text, curves by name ({ loss: [2.3, 1.9, …] }) or a recorded training'
  if (typeof subject !== 'object' || subject === null || Array.isArray(subject))
    throw new InvalidArgumentError('received', Array.isArray(subject) ? 'an array' : String(subject), wanted)
  const { losses } = subject as Partial<RecordedCurves>
  const isRun = isSeries(losses) && 'updateRatios' in subject
  const curves: Record<string, unknown> = isRun ? { loss: losses } : { ...subject }
  const entries = Object.entries(curves)
  if (entries.length === 0 || entries.length > mostCurves)
    throw new InvalidArgumentError('received', `${entries.length} curves`, `1 to ${mostCurves} curves`)
  return entries.map(([name, series]) => {
    if (!isSeries(series)) {
      const given = Array.isArray(series) ? 'a list that holds other things than numbers' : typeof series
      throw new InvalidArgumentError(`received.${name}`, given, wanted)
    }
    return curveOf(name.replace(/\s+/g, ' '), series)
  })
}

function isSeries(value: unknown): value is ArrayLike<number> {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array))
    return !(value instanceof BigUint64Array)
  return Array.isArray(value) && value.every((one) => typeof one === 'number')
}

function curveOf(name: string, series: ArrayLike<number>): Curve {
  const stride = Math.max(1, Math.ceil(series.length / mostPoints))
  const drawn: number[] = []
  const broken: number[] = []
  for (let i = 0; i < series.length; i++) {
    const value = series[i]!
    if (!Number.isFinite(value)) broken.push(i)
    if (i % stride === 0) drawn.push(sixDigits(value))
  }
  let last = 0
  const finite = drawn.map((value) => (last = Number.isFinite(value) ? value : last))
  // A curve without points has a number all the same: entries are made of numbers.
  const values = finite.length > 0 ? finite : [0]
  const where = broken.slice(0, 5).join(', ')
  return {
    name,
    values,
    drawn,
    stride,
    fact: `curve ${name}: ${series.length} points${broken.length > 0 ? `, ${broken.length} not finite, at ${where}${broken.length > 5 ? ' …' : ''}` : ''}`,
  }
}

/** Read back from text they are the same bits. */
const sixDigits = (value: number): number => Number(Math.fround(value).toPrecision(6))

function causesOfCurves(
  comparison: Comparison,
  { before, after }: MovedBetween,
  curves: readonly Curve[],
  starts: readonly number[],
): string[] {
  const causes = otherBackend(before, after)
  if (comparison.by === 'shape' || comparison.by === 'facts')
    return [...causes, 'other curves, another number of steps, or values that are not finite']
  if (comparison.by !== 'values') return [...causes, 'another seed, program, or data in another order']
  const { tolerance, before: old, after: now } = comparison
  const first = now.findIndex((value, i) => {
    const curve = starts.findLastIndex((start) => start <= i)
    return Math.abs(value - old[i]!) > allowedChange(tolerance, curve, old[i]!)
  })
  const curve = starts.findLastIndex((start) => start <= first)
  const step = (first - starts[curve]!) * curves[curve]!.stride
  return [
    ...causes,
    step === 0
      ? `${curves[curve]!.name} is different from the start: another seed, initialiser, architecture or data`
      : `${curves[curve]!.name} starts the same, and differs from step ${step} on: optimizer, learning rate, loss, batch size, order or content of the data`,
  ]
}

function causesOfSvg(comparison: Comparison): string[] {
  return comparison.by !== 'shape' && comparison.by !== 'facts' && !comparison.facts
    ? ['what is drawn has moved; markup and words are the same']
    : ['another figure, other texts, or another version of what draws it']
}
