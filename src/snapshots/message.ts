import type { Comparison, FingerprintComparison, Tolerance, WeightComparison } from './comparison.js'
import { shortPath } from './files.js'
import { likelyCauses } from './likely-causes.js'
import type { StoredPicture } from './outcome.js'
import { type Examined, largestOf } from './weight-snapshot.js'

const mostFiltersNamed = 4

/** What to tell when a snapshot does not match. `difference` is the composite that was written, if one was. */
export function failureMessage(examined: Examined, difference?: string): string {
  const { outcome, key, file, current } = examined
  const what = `${current.fingerprint.label} [${current.fingerprint.shape.join(', ')}]`
  const picture = shortPath(file)
  switch (outcome.kind) {
    case 'mismatch':
      return lines(
        `${what} differs from its snapshot \`${key}\`:`,
        ...indent(describeComparison(outcome.comparison)),
        ...indent(describeMissingWeights(examined.stored)),
        ' ',
        `Likely: ${causesOf(examined, outcome.comparison)}`,
        ' ',
        `Baseline:   ${picture}`,
        difference && `Difference: ${shortPath(difference)} (before | after | Δ)`,
        'If the change is intended, update the snapshot: vitest -u',
      )
    case 'missing-reference':
      return lines(
        `${what} has no snapshot \`${key}\` yet, and none is written in CI or with --update=none.`,
        `Run the test once without CI and commit the .snap file and ${picture}.`,
      )
    case 'missing-backend':
      return lines(
        `${what} has no baseline for the ${current.backend} backend in its snapshot \`${key}\` (recorded: ${outcome.recorded.join(', ')}).`,
        'Run vitest -u once on this backend: the baselines of the others are kept.',
      )
    case 'missing-picture':
      return lines(
        `${what} agrees with its snapshot \`${key}\`, but the picture ${picture} is missing (not committed, or renamed).`,
        'Restore it, or write it again: vitest -u',
      )
    case 'corrupt-picture':
      return lines(
        `The picture ${picture} of the snapshot \`${key}\` cannot be read: ${outcome.problem}.`,
        outcome.comparison.pass
          ? 'The weights agree with the numbers in the .snap file.'
          : lines(
              'The weights also differ from the numbers in the .snap file:',
              ...indent(describeComparison(outcome.comparison)),
            ),
        'Restore the file from version control, or write it again: vitest -u',
      )
    case 'foreign-picture':
      return lines(
        `The picture ${picture} and the entry \`${key}\` in the .snap file are of different versions:`,
        'only one of the two was committed, or a merge took them from different sides.',
        'Restore the one that is wrong, or write both again: vitest -u',
      )
    case 'corrupt-reference':
      return lines(
        `The entry \`${key}\` in the .snap file cannot be read: edited by hand, or a merge conflict.`,
        'Restore it from version control, or write it again: vitest -u',
      )
    case 'matched':
    case 'written':
    case 'updated':
      return `${what} matches its snapshot \`${key}\``
    default:
      throw new Error(`No message for ${(outcome satisfies never as { kind: string }).kind}`)
  }
}

function describeComparison(comparison: Comparison): string[] {
  if (comparison.by === 'shape') {
    return [`shape [${comparison.before.join(', ')}] became [${comparison.after.join(', ')}]`]
  }
  return comparison.by === 'weights' ? describeWeights(comparison) : describeFingerprints(comparison)
}

function describeWeights({
  differing,
  total,
  largest,
  filters,
  cosine,
  tolerance,
}: WeightComparison): string[] {
  const { change, position, before, after } = largest
  return [
    `${differing} of ${total} weights differ by more than ${describe(tolerance)}`,
    `largest |Δ| ${short(change)} at [${position.join(', ')}]: ${short(before)} → ${short(after)}`,
    listed(
      filters,
      ({ filter, change, differing, of }) =>
        `${filter} (|Δ| ${short(change)}, ${differing} of ${of} weights)`,
    ),
    `cosine similarity ${short(cosine)}`,
  ]
}

function describeFingerprints({ filters, tolerance }: FingerprintComparison): string[] {
  return [
    `${filters.length} ${filters.length === 1 ? 'filter' : 'filters'} moved by more than ${describe(tolerance)} allows`,
    listed(filters, ({ first, last, statistic, before, after }) => {
      const name = first === last ? `${first}` : `${first}–${last}`
      return `${name} (${statistic} ${short(before)} → ${short(after)})`
    }),
  ]
}

function listed<Filter>(filters: readonly Filter[], describeFilter: (filter: Filter) => string): string {
  const named = filters.slice(0, mostFiltersNamed).map(describeFilter).join(', ')
  const rest = filters.length - mostFiltersNamed
  return `moved most: filter ${named}${rest > 0 ? ` and ${rest} more` : ''}`
}

function describe({ atol, rtol }: Tolerance): string {
  return `atol ${short(atol)} + rtol ${short(rtol)} · |w|`
}

/** Why the numbers above are coarser than they could be. */
function describeMissingWeights(stored: StoredPicture): string[] {
  if (stored.state === 'missing')
    return ['(the picture is missing too: compared with the numbers in the .snap file)']
  if (stored.state === 'present' && !stored.exact) {
    return ['(the picture carries no exact weights: compared with the numbers in the .snap file)']
  }
  return []
}

function causesOf({ baseline, current }: Examined, comparison: Comparison): string {
  if (!baseline) return 'unknown'
  const context = { before: baseline.backend, after: current.backend, largest: largestOf(baseline) }
  return likelyCauses(comparison, context).join('; ')
}

function lines(...parts: Array<string | undefined | false>): string {
  return parts.filter((part) => part).join('\n')
}

function indent(parts: readonly string[]): string[] {
  return parts.map((part) => `  ${part}`)
}

/** Four significant digits, without trailing zeros. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
