import { escapeXml } from './escape-xml.js'
import { formatNumber } from './number.js'
import { ticksBetween } from './ticks.js'

export interface LineChartOptions {
  title: string
  xLabel: string
  yLabel: string
  /** `light` (default): black on white. `inherit`: on any background, in the colour of the text around it. */
  theme?: 'light' | 'inherit'
}

/** A curve over steps; `values[i]` belongs to step `i · stride`. */
export interface Series {
  values: readonly number[]
  /** Default 1. */
  stride?: number
  /** Drawn dashed: what was before. */
  dashed?: boolean
  /** Index of its colour. Default: its place. */
  color?: number
  /** Lowest and highest of several runs at the same steps. */
  band?: { low: readonly number[]; high: readonly number[] }
}

const [width, height] = [480, 260]
const margin = { top: 34, right: 16, bottom: 40, left: 58 }
/** Okabe and Ito's colours, told apart by readers with any colour vision. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
/** More points than pixels draw the same line. */
const mostPoints = 400
/** More curves cannot be told apart. */
const mostSeries = colors.length

/**
 * Curves over steps as SVG text: one line per series, values that are not finite leave a gap. Deterministic
 * bytes; the y axis is logarithmic when all values are positive and span more than two decades.
 */
export function lineChart(
  series: Record<string, readonly number[] | Series>,
  { title, xLabel, yLabel, theme = 'light' }: LineChartOptions,
): string {
  const curves = Object.entries(series)
    .map(([name, given], i) => ({
      name,
      stride: 1,
      color: i,
      ...(isSeries(given) ? given : { values: given }),
    }))
    .filter(({ color }) => color < mostSeries)
  const { lowest, highest } = extent(
    curves.flatMap(({ values, band }) => [values, ...(band ? [band.low, band.high] : [])]),
  )
  const logarithmic = lowest > 0 && highest / lowest > 100
  const transform = logarithmic ? Math.log10 : (value: number) => value
  const [bottom, top] = [transform(lowest), transform(highest)]
  const lastStep = Math.max(1, ...curves.map(({ values, stride }) => (values.length - 1) * stride))
  const x = (step: number) => margin.left + (step / lastStep) * (width - margin.left - margin.right)
  const y = (value: number) =>
    height -
    margin.bottom -
    ((transform(value) - bottom) / (top - bottom || 1)) * (height - margin.top - margin.bottom)
  const grid = ticksBetween(lowest, highest, logarithmic)
    .map((tick) => {
      const at = y(tick).toFixed(1)
      return `<path d="M${margin.left} ${at}H${width - margin.right}" stroke="currentColor" stroke-opacity=".15"/><text x="${margin.left - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${formatNumber(tick)}</text>`
    })
    .join('')
  const lines = curves.map((curve) => drawCurve(curve, colors[curve.color]!, x, y))
  const legend = curves.map(
    ({ name, color }, i) =>
      `<tspan fill="${colors[color]!}" dx="${i === 0 ? 0 : 12}">${escapeXml(shorten(name))}</tspan>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" role="img" aria-label="${escapeXml(title)}"${theme === 'light' ? ' color="#000"' : ''} fill="currentColor">`,
    ...(theme === 'light' ? [`<rect width="${width}" height="${height}" fill="#fff"/>`] : []),
    `<text x="${margin.left}" y="14" font-weight="bold">${escapeXml(shorten(title, 60))}</text>`,
    `<text x="${margin.left + 4}" y="28">${legend.join('')}</text>`,
    grid,
    `<text x="${margin.left}" y="${height - 22}">0</text><text x="${width - margin.right}" y="${height - 22}" text-anchor="end">${lastStep}</text>`,
    `<text x="${(margin.left + width) / 2}" y="${height - 8}" text-anchor="middle">${escapeXml(xLabel)}</text>`,
    `<text x="12" y="${height / 2}" text-anchor="middle" transform="rotate(-90 12 ${height / 2})">${escapeXml(yLabel)}${logarithmic ? ' (log)' : ''}</text>`,
    ...lines,
    '</svg>',
  ].join('')
}

const isSeries = (given: readonly number[] | Series): given is Series => !Array.isArray(given)

/** Of the finite values; 0 to 1 where there are none. */
function extent(all: ReadonlyArray<readonly number[]>): { lowest: number; highest: number } {
  let [lowest, highest] = [Infinity, -Infinity]
  for (const values of all) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
    }
  }
  return lowest > highest ? { lowest: 0, highest: 1 } : { lowest, highest }
}

type Scale = (value: number) => number

function drawCurve(
  { values, stride, band, dashed }: Series & { stride: number },
  color: string,
  x: Scale,
  y: Scale,
): string {
  const line = `<path d="${pathOf(values, stride, x, y)}" fill="none" stroke="${color}" stroke-width="1.6"${dashed ? ' stroke-dasharray="4 3"' : ''}/>`
  // A single point has no line to be seen by.
  const [only] = values
  const point =
    values.length === 1 && Number.isFinite(only)
      ? `<circle cx="${x(0).toFixed(1)}" cy="${y(only!).toFixed(1)}" r="2.5" fill="${color}"/>`
      : ''
  if (!band) return line + point
  const forth = pathOf(band.high, stride, x, y)
  const back = pathOf(band.low, stride, x, y, true)
  return `<path d="${forth}${back.replace(/^M/, 'L')}Z" fill="${color}" fill-opacity=".18"/>${line}${point}`
}

function pathOf(curve: readonly number[], stride: number, x: Scale, y: Scale, backwards = false): string {
  const every = Math.max(1, Math.floor(curve.length / mostPoints))
  const points = Array.from({ length: Math.ceil(curve.length / every) }, (_, i) => i * every)
  let path = ''
  let gap = true
  for (const at of backwards ? points.reverse() : points) {
    const value = curve[at]!
    if (Number.isFinite(value))
      path += `${gap ? 'M' : 'L'}${x(at * stride).toFixed(1)} ${y(value).toFixed(1)}`
    gap = !Number.isFinite(value)
  }
  return path
}

const shorten = (text: string, most = 24): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text
