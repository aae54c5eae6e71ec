import { InvalidArgumentError } from '../../errors.js'
import { type ContactSheetOptions, contactSheetDrawing } from '../../images/contact-sheet.js'
import type { Drawing } from '../../images/drawing.js'
import { type Histogram, histogramDrawing } from '../../images/histograms.js'
import { groupByLabel } from '../../statistics/example-groups.js'
import { readLabels, type Task } from '../../statistics/label-kind.js'
import { findOutliers, leastOutlierRows } from '../../statistics/outlying-values.js'
import { findSuspicious, type SuspiciousExamples } from '../../statistics/suspicious-examples.js'
import { featureName, listFirst, plural, type Table, tablesOf } from '../../statistics/tables.js'
import { describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type Content, type PictureKind, partsOfFirstAxis } from '../content.js'
import { likelyCausesOfData } from '../likely-causes-of-data.js'
import { arrangeSheet, viewOf } from './contact-sheet.js'
import { atolShareOfData } from './inputs.js'

export interface DataPictureOptions extends ContactSheetOptions {
  /** Of several inputs: index or name. Default: the first that is a picture, else all columns. */
  input?: number | string
  /** Examples shown of each label, 1 … 100. Default 4, besides the mean. */
  perLabel?: number
  /** What the labels are; inferred when absent. */
  task?: Task
}

const dataImage = {
  name: 'data-image',
  folder: '__images__',
  numbers: 'values',
  atolShare: atolShareOfData,
  likelyCauses: likelyCausesOfData,
} satisfies Partial<PictureKind>

const mostLabelLines = 50
const mostPerLabel = 100
const mostFeatures = 64
const bins = 32
/** Per feature: minimum, maximum and what lies between. */
const quantiles = 33

/** A data set as a snapshot keeps it: pictures by label, or histograms of a table, and what should be looked at. */
export function dataContent(
  examples: Examples,
  seed: number,
  { input, perLabel = 4, task, ...drawing }: DataPictureOptions,
): { content: Content; drawing: Drawing; measured: Record<string, number> } {
  if (!Number.isInteger(perLabel) || perLabel < 1 || perLabel > mostPerLabel) {
    throw new InvalidArgumentError(
      'options.perLabel',
      describe(perLabel),
      `a whole number, 1 … ${mostPerLabel}`,
    )
  }
  const inputs = tablesOf('xs', examples.xs)
  const outputs = tablesOf('ys', examples.ys)
  const chosen = input === undefined ? inputs : [chooseInput(inputs, input)]
  const pictured = chosen.find((table) => viewOf(table) !== undefined)
  const suspicious = findSuspicious(examples, { seed, task })
  const groups = groupByLabel(inputs, outputs, task)
  const facts = [
    `${plural(inputs[0]!.rows, 'example')}`,
    ...groups.slice(0, mostLabelLines).map(({ name, rows }) => `${name}: ${plural(rows.length, 'example')}`),
    ...(groups.length > mostLabelLines ? [`${groups.length - mostLabelLines} more labels`] : []),
    ...factsOf(suspicious),
  ]
  const measured = {
    outliers: suspicious.outliers.length,
    copies: suspicious.copies.length,
    mislabelled: suspicious.mislabelled.length,
  }
  if (!pictured) {
    const targets = outputs.filter(
      (table) => table.width === 1 && readLabels(table, { inputs, task }).kind === 'numbers',
    )
    return { ...tableContent([...chosen, ...targets], facts, seed), measured }
  }
  const sheet = arrangeSheet(pictured, groups, suspicious, perLabel)
  const shape = [sheet.rows, sheet.columns, ...Object.values(sheet.shape)]
  return {
    content: {
      kind: { ...dataImage, part: groups[0]!.name.startsWith('label') ? 'label' : 'row' },
      label: `${pictured.name} by label`,
      shape,
      values: sheet.values,
      parts: partsOfFirstAxis(shape),
      facts,
    },
    drawing: contactSheetDrawing(sheet, drawing),
    measured,
  }
}

function chooseInput(inputs: readonly Table[], input: number | string): Table {
  const chosen = typeof input === 'number' ? inputs[input] : inputs.find(({ name }) => name === `xs.${input}`)
  if (chosen) return chosen
  const known = inputs.map(({ name }, i) => `${i} (${name})`).join(', ')
  throw new InvalidArgumentError('options.input', JSON.stringify(input), `one of the inputs: ${known}`)
}

function factsOf({ outliers, copies, mislabelled }: SuspiciousExamples): string[] {
  return [
    ...(outliers.length > 0
      ? [`values far outside in ${plural(outliers.length, 'example')}: ${listFirst(outliers)}`]
      : []),
    ...(copies.length > 0
      ? [
          `${plural(copies.length, 'group')} of copies: ${listFirst(copies.map((group) => listFirst(group, 3).replaceAll(', ', ' = ')))}`,
        ]
      : []),
    ...(mislabelled.length > 0
      ? [
          `labels that the neighbours contradict: ${listFirst(mislabelled.map(({ example, given, suggested }) => `${example} (labelled ${given}, looks like ${suggested})`))}`,
        ]
      : []),
  ]
}

function tableContent(
  tables: readonly Table[],
  facts: string[],
  seed: number,
): { content: Content; drawing: Drawing } {
  const rows = tables[0]!.rows
  const measurements = tables.filter(({ dtype }) => dtype === 'float32')
  const outliers = rows < leastOutlierRows ? [] : findOutliers(measurements, seed)
  const columns = tables.flatMap((table) =>
    Array.from({ length: table.width }, (_, feature) => ({
      sorted: Float32Array.from(
        { length: rows },
        (_, row) => table.values[row * table.width + feature]!,
      ).sort(),
      far: outliers.filter(({ name }) => name === featureName(table, feature)).map(({ value }) => value),
    })),
  )
  const values = new Float32Array(columns.length * quantiles)
  for (const [i, { sorted }] of columns.entries()) {
    for (let q = 0; q < quantiles; q++) {
      values[i * quantiles + q] = sorted[Math.round((q * (rows - 1)) / (quantiles - 1))]!
    }
  }
  const shape = [columns.length, quantiles]
  const content: Content = {
    kind: { ...dataImage, part: 'feature' },
    label: `quantiles of ${tables.map(({ name }) => name).join(', ')}`,
    shape,
    values,
    parts: partsOfFirstAxis(shape),
    facts,
  }
  return { content, drawing: histogramDrawing(columns.slice(0, mostFeatures).map(histogramOf)) }
}

function histogramOf({ sorted, far }: { sorted: Float32Array; far: number[] }): Histogram {
  const [low, high] = [sorted[0]!, sorted.at(-1)!]
  const binOf = (value: number) =>
    high > low ? Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low))) : bins >> 1
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of sorted) counts[binOf(value)]!++
  return { counts, marked: new Set(far.map(binOf)) }
}
