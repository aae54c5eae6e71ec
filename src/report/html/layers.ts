import { escapeXml } from '../../figures/escape-xml.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { sparkline } from '../../figures/sparkline.js'
import type { RecordedLayer } from '../../matchers/record.js'
import type { Histogram } from '../../statistics/histogram.js'
import type { ModelRecord } from '../run-record.js'
import { html, Markup, named } from './markup.js'

interface LayerTable {
  checks: string[]
  tests: Set<string>
  /** By place. */
  layers: Map<string, RecordedLayer>
}

/** More rows are not read. */
const mostRows = 200

/**
 * A table of the layers for each time that checks looked at them: gradients and updates of the kernels through the first
 * steps, and the activations after them. Checks of gradients and of activations that follow each other share one.
 */
export function layerTables({ results }: ModelRecord): Markup[] {
  const looks = results.filter(({ layers = [] }) => layers.length > 0)
  const tables: LayerTable[] = []
  for (const { check, test, layers } of looks) {
    const open = tables.findLast(({ checks }) => !checks.includes(check))
    const table: LayerTable = open ?? { checks: [], tests: new Set(), layers: new Map() }
    if (!open) tables.push(table)
    table.checks.push(check)
    table.tests.add(test)
    for (const layer of layers!) table.layers.set(layer.layer, { ...table.layers.get(layer.layer), ...layer })
  }
  return tables.map(({ tests, layers }) => layerTable([...layers.values()].sort(byPlace), [...tests]))
}

const placeOf = ({ layer }: RecordedLayer): number => Number(layer.match(/^layer (\d+)/)?.[1] ?? Infinity)
const byPlace = (a: RecordedLayer, b: RecordedLayer): number =>
  placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)

function layerTable(layers: readonly RecordedLayer[], tests: readonly string[]): Markup {
  return html`<div class="scroll"><table class="layers"><caption class="soft">${tests.map((test, i) => html`${i > 0 && ', '}${named(test)}`)}</caption>
<thead><tr><th>layer</th><th class="num">gradient norm, first steps</th><th class="num">update / weights</th><th>activations</th><th class="num">dead</th><th class="num">saturated</th></tr></thead>
<tbody>${layers.slice(0, mostRows).map(layerRow)}</tbody></table></div>
${layers.length > mostRows && html`<p class="soft">and ${layers.length - mostRows} more layers</p>`}`
}

function layerRow({ layer, gradientNorms, updateRatios, activations }: RecordedLayer): Markup {
  const gradients = gradientNorms?.map(Number)
  const updates = updateRatios?.map(Number)
  return html`<tr><td>${named(layer, 60)}</td>
<td class="num">${gradients && html`<span aria-hidden="true">${sparkline(gradients, 16)}</span> ${formatNumber(gradients.at(-1) ?? Number.NaN)}`}</td>
<td class="num">${updates && formatNumber(medianOf(updates))}</td>
<td>${activations && (activations.histogram ? histogram(activations.histogram) : 'not finite')}</td>
<td class="num">${activations && formatPercent(Number(activations.dead))}</td>
<td class="num">${activations && formatPercent(Number(activations.saturated))}</td></tr>`
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const [width, height] = [120, 28]

/** Bars as high as the square root of their share: a relu's zeros do not hide the rest. */
function histogram({ low, high, counts }: Histogram): Markup {
  const fullest = Math.sqrt(Math.max(1, ...counts))
  const bar = width / counts.length
  const bars = counts
    .map((count, i) => {
      const tall = (Math.sqrt(count) / fullest) * height
      return `M${(i * bar).toFixed(1)} ${height}v-${tall.toFixed(1)}h${(bar - 0.6).toFixed(1)}v${tall.toFixed(1)}`
    })
    .join('')
  const label = `${formatNumber(low)} … ${formatNumber(high)}`
  const svg = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(`values from ${label}`)}"><path d="${bars}" fill="currentColor" fill-opacity=".65"/></svg>`
  return html`${new Markup(svg)} <small class="soft">${label}</small>`
}
