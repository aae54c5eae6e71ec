import type { PictureKind } from './content.js'
import type { Fingerprint, PartFingerprint } from './fingerprint.js'

/** One baseline as the `.snap` file keeps it. */
export interface Baseline {
  /** File name of the picture beside the test file, in the folder of its kind. */
  picture: string
  /** The backend it was recorded on. */
  backend: string
  fingerprint: Fingerprint
}

type Words = Pick<PictureKind, 'numbers' | 'part'>

/** The `.snap` entry: one baseline, or one per backend with a blank line between them. */
export function renderEntry(baselines: readonly Baseline[], words: Words): string {
  return `\n${baselines.map((baseline) => renderBaseline(baseline, words)).join('\n\n')}\n`
}

/** The baselines of an entry; undefined where it cannot be read (edited by hand, a merge conflict). */
export function parseEntry(entry: string, words: Words): Baseline[] | undefined {
  const baselines = entry
    .trim()
    .split(/\n[ \t]*\n/)
    .map((text) => parseBaseline(text, words))
  return baselines.every((baseline) => baseline !== undefined) ? baselines : undefined
}

function renderBaseline({ picture, backend, fingerprint }: Baseline, { numbers, part }: Words): string {
  const { label, shape, zeros, min, max, mean, std, parts, exact, facts } = fingerprint
  return [
    `picture: ${picture}`,
    `${numbers}: ${label} [${shape.join(', ')}]`,
    `backend: ${backend}`,
    `min ${min}, max ${max}, mean ${mean}, std ${std}, zeros ${zeros}`,
    ...(exact === undefined ? [] : [`exact: ${exact}`]),
    ...facts.map((fact) => `- ${fact}`),
    ...parts.map((one) => renderPart(one, part)),
  ].join('\n')
}

function renderPart({ first, last, norm, mean, min, max }: PartFingerprint, part: string): string {
  const name = first === last ? `${part} ${first}` : `${part}s ${first}–${last}`
  return `${name}: norm ${norm}, mean ${mean}, min ${min}, max ${max}`
}

function parseBaseline(text: string, { numbers, part }: Words): Baseline | undefined {
  const picture = field(text, 'picture')
  const backend = field(text, 'backend')
  const content = field(text, numbers)?.match(/^(?<label>.*) \[(?<shape>[\d, ]*)\]$/)?.groups
  const whole = numbersOf(text.match(/^min .*$/m)?.[0])
  const lines = text.matchAll(new RegExp(`^${part}s? (\\d+)(?:–(\\d+))?: (.*)$`, 'gm'))
  const parts = [...lines].map(([, first, last, rest]) => ({
    first: Number(first),
    last: Number(last ?? first),
    ...numbersOf(rest),
  }))
  if (!picture || !backend || !content || !hasNumbers(whole, ['min', 'max', 'mean', 'std', 'zeros']))
    return undefined
  if (!parts.every((one) => hasNumbers(one, ['norm', 'mean', 'min', 'max']))) return undefined
  return {
    picture,
    backend,
    fingerprint: {
      ...(whole as Pick<Fingerprint, 'min' | 'max' | 'mean' | 'std' | 'zeros'>),
      label: content.label!,
      shape: content.shape!.split(', ').filter(Boolean).map(Number),
      parts: parts as PartFingerprint[],
      exact: field(text, 'exact'),
      facts: [...text.matchAll(/^- (.+)$/gm)].map(([, fact]) => fact!),
    },
  }
}

function field(text: string, name: string): string | undefined {
  return text.match(new RegExp(`^${name}: (.+)$`, 'm'))?.[1]
}

/** `norm 0.5, mean -1e-7` → { norm: 0.5, mean: -1e-7 }. */
function numbersOf(text = ''): Record<string, number> {
  return Object.fromEntries(
    [...text.matchAll(/([a-z]+) (-?[\d.]+(?:e[+-]?\d+)?)/g)].map(([, name, n]) => [name, Number(n)]),
  )
}

function hasNumbers(record: Record<string, number>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(record[name]))
}
