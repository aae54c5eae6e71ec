import { formatNumber } from './number.js'

export interface LineChartOptions {
  title: string
  xLabel: string
  yLabel: string
}

const [width, height] = [480, 260]
const margin = { top: 34, right: 16, bottom: 40, left: 58 }
/** Okabe and Ito's colours, told apart by readers with any colour vision. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
/** More points than pixels draw the same line. */
const mostPoints = 400

/**
 * Curves over steps as SVG text: one line per series, values that are not finite leave a gap. Deterministic
 * bytes; the y axis is logarithmic when all values are positive and span more than two decades.
 */
export function lineChart(series: Record<string, readonly number[]>, options: LineChartOptions): string {
  const values = Object.values(series).flat().filter(Number.isFinite)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const logarithmic = low > 0 && high / low > 100
  const transform = logarithmic ? Math.log10 : (value: number) => value
  const [bottom, top] = values.length === 0 ? [0, 1] : [transform(low), transform(high)]
  const steps = Math.max(2, ...Object.values(series).map((curve) => curve.length))
  const x = (step: number) => margin.left + (step / (steps - 1)) * (width - margin.left - margin.right)
  const y = (value: number) =>
    height -
    margin.bottom -
    ((transform(value) - bottom) / (top - bottom || 1)) * (height - margin.top - margin.bottom)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = bottom + share * (top - bottom)
    return logarithmic ? 10 ** at : at
  })
  const grid = ticks
    .map((tick) => {
      const at = y(tick).toFixed(1)
      return `<path d="M${margin.left} ${at}H${width - margin.right}" stroke="#ddd"/><text x="${margin.left - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${formatNumber(Number(tick.toPrecision(3)))}</text>`
    })
    .join('')
  const lines = Object.entries(series).map(([name, curve], i) => {
    const color = colors[i % colors.length]!
    const label = `<text x="${margin.left + 4 + i * 130}" y="28" fill="${color}">${escapeText(name)}</text>`
    return `<path d="${pathOf(curve, x, y)}" fill="none" stroke="${color}" stroke-width="1.6"/>${label}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" role="img" aria-label="${escapeText(options.title)}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="14" font-weight="bold">${escapeText(options.title)}</text>`,
    grid,
    `<text x="${margin.left}" y="${height - 22}">0</text><text x="${width - margin.right}" y="${height - 22}" text-anchor="end">${steps - 1}</text>`,
    `<text x="${(margin.left + width) / 2}" y="${height - 8}" text-anchor="middle">${escapeText(options.xLabel)}</text>`,
    `<text x="12" y="${height / 2}" text-anchor="middle" transform="rotate(-90 12 ${height / 2})">${escapeText(options.yLabel)}${logarithmic ? ' (log)' : ''}</text>`,
    ...lines,
    '</svg>',
  ].join('')
}

function pathOf(curve: readonly number[], x: (step: number) => number, y: (value: number) => number): string {
  const stride = Math.max(1, Math.floor(curve.length / mostPoints))
  let path = ''
  let gap = true
  for (let step = 0; step < curve.length; step += stride) {
    const value = curve[step]!
    if (Number.isFinite(value)) path += `${gap ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`
    gap = !Number.isFinite(value)
  }
  return path
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
