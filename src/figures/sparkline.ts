const bars = '▁▂▃▄▅▆▇█'

/**
 * A curve in one line of text, `width` characters at most; values that are not finite show as `×`. Drawn on a
 * logarithmic scale when the values are positive and span more than two decades.
 */
export function sparkline(values: readonly number[], width = 40): string {
  if (values.length === 0) return ''
  const sampled = downsample(values, width)
  const finite = sampled.filter(Number.isFinite)
  if (finite.length === 0) return '×'.repeat(sampled.length)
  const low = Math.min(...finite)
  const high = Math.max(...finite)
  const scale = low > 0 && high / low > 100 ? Math.log : (value: number) => value
  const range = scale(high) - scale(low)
  return sampled
    .map((value) => {
      if (!Number.isFinite(value)) return '×'
      const height = range === 0 ? 0 : (scale(value) - scale(low)) / range
      return bars[Math.round(height * (bars.length - 1))]
    })
    .join('')
}

/** At most `width` values, each the mean of its share; a share that holds a non-finite value keeps it. */
function downsample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values]
  return Array.from({ length: width }, (_, i) => {
    const share = values.slice(
      Math.floor((i * values.length) / width),
      Math.floor(((i + 1) * values.length) / width),
    )
    const broken = share.find((value) => !Number.isFinite(value))
    return broken ?? share.reduce((sum, value) => sum + value, 0) / share.length
  })
}
