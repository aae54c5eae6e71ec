import type {
  Comparison,
  FactsChange,
  FingerprintComparison,
  Tolerance,
  ValueComparison,
} from './comparison.js'
import type { Content, Parts, PictureKind } from './content.js'
import { shortPath } from './files.js'
import type { StoredPicture } from './outcome.js'
import { type Examined, largestOf } from './picture-snapshot.js'

const mostPartsNamed = 4
const mostFactsNamed = 6

/** The outcome in one line, with the likely cause of a change. */
export function summaryOf(examined: Examined): string {
  const { outcome, current } = examined
  return outcome.kind === 'mismatch'
    ? `${current.picture} differs: ${causesOf(examined, outcome.comparison)}.`
    : `${current.picture}: ${outcome.kind.replace('-', ' ')}.`
}

/** What to tell when a snapshot does not match. `difference` is the composite that was written, if one was. */
export function failureMessage(examined: Examined, difference?: string): string {
  const { outcome, key, file, current, content } = examined
  const { kind } = content
  const what = `${content.label} [${content.shape.join(', ')}]`
  const picture = shortPath(file)
  switch (outcome.kind) {
    case 'mismatch':
      return lines(
        `${what} differs from its snapshot \`${key}\`:`,
        ...indent(describeComparison(outcome.comparison, content)),
        ...indent(describeMissingValues(examined.stored, kind)),
        ' ',
        `Likely: ${causesOf(examined, outcome.comparison)}`,
        ' ',
        `Baseline:   ${picture}`,
        difference &&
          `Difference: ${shortPath(difference)} (${kind.format === 'svg' ? 'both on the same axes' : 'before | after | Δ'})`,
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
          ? `The ${kind.numbers} agree with the numbers in the .snap file.`
          : lines(
              `The ${kind.numbers} also differ from the numbers in the .snap file:`,
              ...indent(describeComparison(outcome.comparison, content)),
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

function describeComparison(comparison: Comparison, content: Content): string[] {
  return [...describeNumbers(comparison, content), ...describeFacts(comparison.facts)]
}

function describeNumbers(comparison: Comparison, { kind, parts }: Content): string[] {
  switch (comparison.by) {
    case 'shape':
      return [`shape [${comparison.before.join(', ')}] became [${comparison.after.join(', ')}]`]
    case 'values':
      return describeValues(comparison, kind, parts)
    case 'fingerprint':
      return describeFingerprints(comparison, kind, parts)
    default:
      return []
  }
}

function describeValues(
  { pass, differing, total, largest, parts, cosine, tolerance }: ValueComparison,
  { numbers, part }: PictureKind,
  { nameOf = String }: Parts,
): string[] {
  if (pass) return []
  const { change, position, before, after } = largest
  return [
    `${differing} of ${total} ${numbers} differ by more than ${describe(tolerance, numbers)}`,
    `largest |Δ| ${short(change)} at [${position.join(', ')}]: ${short(before)} → ${short(after)}`,
    listed(
      part,
      parts,
      (one) => `${nameOf(one.part)} (|Δ| ${short(one.change)}, ${one.differing} of ${one.of} ${numbers})`,
    ),
    `cosine similarity ${short(cosine)}`,
  ]
}

function describeFingerprints(
  { pass, parts, tolerance }: FingerprintComparison,
  { numbers, part }: PictureKind,
  { nameOf = String }: Parts,
): string[] {
  if (pass) return []
  return [
    `${parts.length} ${parts.length === 1 ? part : `${part}s`} moved by more than ${describe(tolerance, numbers)} allows`,
    listed(part, parts, ({ first, last, statistic, before, after }) => {
      const name = first === last ? nameOf(first) : `${first}–${last}`
      return `${name} (${statistic} ${short(before)} → ${short(after)})`
    }),
  ]
}

function listed<Part>(word: string, parts: readonly Part[], describePart: (part: Part) => string): string {
  const named = parts.slice(0, mostPartsNamed).map(describePart).join(', ')
  const rest = parts.length - mostPartsNamed
  return `moved most: ${word} ${named}${rest > 0 ? ` and ${rest} more` : ''}`
}

function describe({ atol, rtol, atolOf }: Tolerance, numbers: string): string {
  return `atol ${short(atol)}${atolOf ? ' (less for smaller parts)' : ''} + rtol ${short(rtol)} · |${numbers.charAt(0)}|`
}

/** Lines that are new or gone first, then those that say something else now: `label 3: 12 examples → 9 examples`. */
function describeFacts(facts: FactsChange | undefined): string[] {
  if (!facts) return []
  const headOf = (fact: string) => fact.split(': ')[0]!
  const before = new Map(facts.gone.map((fact) => [headOf(fact), fact]))
  const after = new Set(facts.added.map(headOf))
  const changed = facts.added.filter((fact) => before.has(headOf(fact)))
  const all = [
    ...facts.gone.filter((fact) => !after.has(headOf(fact))).map((fact) => `- ${fact}`),
    ...facts.added.filter((fact) => !before.has(headOf(fact))).map((fact) => `+ ${fact}`),
    ...changed.map((fact) => `${before.get(headOf(fact))} → ${fact.slice(headOf(fact).length + 2)}`),
  ]
  const rest = all.length - mostFactsNamed
  return [...all.slice(0, mostFactsNamed), ...(rest > 0 ? [`and ${rest} more lines`] : [])]
}

/** Why the numbers above are coarser than they could be. */
function describeMissingValues(stored: StoredPicture, { numbers }: PictureKind): string[] {
  if (stored.state === 'missing')
    return ['(the picture is missing too: compared with the numbers in the .snap file)']
  if (stored.state === 'present' && !stored.exact) {
    return [`(the picture carries no exact ${numbers}: compared with the numbers in the .snap file)`]
  }
  return []
}

function causesOf({ baseline, current, content }: Examined, comparison: Comparison): string {
  if (!baseline) return 'unknown'
  const context = { before: baseline.backend, after: current.backend, largest: largestOf(baseline) }
  return content.kind.likelyCauses(comparison, context).join('; ')
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
