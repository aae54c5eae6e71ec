import { escapeXml } from './escape-xml.js'
import { formatNumber } from './number.js'

export interface ParallelCoordinates {
  title: string
  axes: ReadonlyArray<{ name: string; ticks: ReadonlyArray<{ share: number; label: string }> }>
  metric: { name: string; lowerIsBetter: boolean }
  /** The best first. `shares`: places on the axes, 0 (bottom) to 1. Values that are not finite end at the axis before. */
  lines: ReadonlyArray<{ shares: readonly number[]; value: number; finished: boolean; label: string }>
}

const height = 300
const axisDistance = 130
const margin = { top: 48, right: 70, bottom: 24, left: 70 }
const best = '#d55e00'
const other = '#0072b2'
const mostLines = 500

/**
 * Parallel coordinates as SVG text: a vertical axis for each setting, the metric on the last with the better end on top,
 * a line for each trial; the best is orange and thick, those that did not train to the end are faint. On any background.
 */
export function parallelCoordinates({ title, axes, metric, lines }: ParallelCoordinates): string {
  const width = margin.left + margin.right + axisDistance * axes.length
  const x = (axis: number) => margin.left + axis * axisDistance
  const y = (share: number) => height - margin.bottom - share * (height - margin.top - margin.bottom)
  const scale = metricScale(lines.map(({ value }) => value).filter(Number.isFinite), metric.lowerIsBetter)
  const drawn = lines.slice(0, mostLines).map((line, i) => drawLine(line, i === 0, { x, y, scale }))
  const metricAxis = { name: metric.name, ticks: scale.ticks }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="currentColor" role="img" aria-label="${escapeXml(title)}">`,
    `<text x="${margin.left}" y="14" font-weight="bold">${escapeXml(cut(title, 80))}</text>`,
    // The best is drawn last, on top.
    ...drawn.reverse(),
    ...[...axes, metricAxis].map((axis, i) => drawAxis(axis, x(i), y, i === axes.length)),
    '</svg>',
  ].join('')
}

interface Scale {
  share(value: number): number
  ticks: Array<{ share: number; label: string }>
}

/** Logarithmic where all values are positive and far apart. */
function metricScale(values: readonly number[], lowerIsBetter: boolean): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (values.length === 0 || low === high) {
    return { share: () => 0.5, ticks: values.length === 0 ? [] : [{ share: 0.5, label: formatNumber(low) }] }
  }
  const transform = low > 0 && high / low > 20 ? Math.log : (value: number) => value
  const back = transform === Math.log ? Math.exp : (value: number) => value
  const [from, to] = [transform(low), transform(high)]
  const turned = (share: number) => (lowerIsBetter ? 1 - share : share)
  return {
    share: (value) => turned((transform(value) - from) / (to - from)),
    ticks: [0, 0.5, 1].map((share) => ({
      share: turned(share),
      label: formatNumber(Number(back(from + share * (to - from)).toPrecision(3))),
    })),
  }
}

function drawLine(
  { shares, value, finished, label }: ParallelCoordinates['lines'][number],
  isBest: boolean,
  { x, y, scale }: { x: (axis: number) => number; y: (share: number) => number; scale: Scale },
): string {
  const all = Number.isFinite(value) ? [...shares, scale.share(value)] : shares
  const path = all.map((share, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(share).toFixed(1)}`).join('')
  const look = isBest
    ? `stroke="${best}" stroke-width="2.5"`
    : `stroke="${other}" stroke-opacity="${finished ? 0.8 : 0.35}"`
  const said = `${label}: ${Number.isFinite(value) ? formatNumber(value) : 'diverged'}`
  return `<path d="${path}" fill="none" ${look}><title>${escapeXml(cut(said, 300))}</title></path>`
}

function drawAxis(
  { name, ticks }: { name: string; ticks: ParallelCoordinates['axes'][number]['ticks'] },
  x: number,
  y: (share: number) => number,
  right: boolean,
): string {
  const side = right ? `x="${x + 8}" text-anchor="start"` : `x="${x - 8}" text-anchor="end"`
  const labels = ticks.map(
    ({ share, label }) =>
      `<path d="M${x - 3} ${y(share).toFixed(1)}h6" stroke="currentColor"/><text ${side} y="${y(share).toFixed(1)}" dominant-baseline="middle">${escapeXml(cut(label, 12))}</text>`,
  )
  return `<path d="M${x} ${y(0)}V${y(1)}" stroke="currentColor" stroke-opacity=".6"/><text x="${x}" y="${margin.top - 14}" text-anchor="middle">${escapeXml(cut(name, 20))}</text>${labels.join('')}`
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text
