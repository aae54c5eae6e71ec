import { formatNumber } from '../figures/number.js'
import { lineOf } from '../statistics/straight-line.js'
import type { Comparison, FactsChange, ValueComparison } from './comparison.js'
import type { MovedBetween } from './content.js'
import { otherBackend } from './likely-causes.js'

/** A change of scale explains this share of the variance; float32 keeps seven digits. */
const leastExplained = 1 - 1e-6

/** Why data, or what a net receives of them, may have changed. */
export function likelyCausesOfData(comparison: Comparison, { before, after }: MovedBetween): string[] {
  const causes = [...whoChanged(comparison.facts), ...otherBackend(before, after)]
  switch (comparison.by) {
    case 'shape':
      return ['another number of examples, resolution, crop or order of the axes', ...causes]
    case 'facts':
      return [...causes, 'the examples shown are the same']
    case 'values':
      return comparison.facts ? [...causes, whatChanged(comparison)] : [whatChanged(comparison), ...causes]
    default:
      return ['other examples, or other preprocessing', ...causes]
  }
}

function whoChanged(facts: FactsChange | undefined): string[] {
  if (!facts) return []
  if (facts.gone.some((fact) => /^\d+ examples?$/.test(fact))) return ['examples were added or removed']
  if (facts.gone.some((fact) => /^(label|target) .*: \d+ examples?$/.test(fact)))
    return ['as many examples, labelled otherwise: another label map, corrected labels, or others drawn']
  return []
}

function whatChanged({ before, after, differing, total }: ValueComparison): string {
  if (isRearranged(before, after)) {
    return 'the same numbers in another order: shuffled, flipped, or axes swapped'
  }
  const column = (values: Float32Array) => ({ rows: values.length, width: 1, values })
  const line = lineOf(column(after), column(before))
  if (line && line.explained > leastExplained) {
    const shift = Math.abs(line.offset) > 1e-6 * line.deviation
    const sign = line.offset < 0 ? '-' : '+'
    const offset = shift ? ` ${sign} ${formatNumber(Math.abs(line.offset))}` : ''
    return `another scale: now ${formatNumber(line.slope)} times the old values${offset} (normalised otherwise, or twice, or not at all?)`
  }
  return differing < total / 10
    ? 'some examples were changed, added or drawn anew'
    : 'other examples (another seed or order of the loader?), or other preprocessing'
}

function isRearranged(before: Float32Array, after: Float32Array): boolean {
  const [a, b] = [before.slice().sort(), after.slice().sort()]
  const slack = 1e-5 * Math.max(Math.abs(a[0]!), Math.abs(a.at(-1)!))
  return a.every((value, i) => Math.abs(value - b[i]!) <= slack)
}
