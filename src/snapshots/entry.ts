import type { FilterFingerprint, Fingerprint } from './fingerprint.js'

/** One baseline as the `.snap` file keeps it. */
export interface Baseline {
  /** File name of the picture beside the test file, in `__weights__/<test file>/`. */
  picture: string
  /** The backend it was recorded on. */
  backend: string
  fingerprint: Fingerprint
}

/** The `.snap` entry: one baseline, or one per backend with a blank line between them. */
export function renderEntry(baselines: readonly Baseline[]): string {
  return `\n${baselines.map(renderBaseline).join('\n\n')}\n`
}

/** The baselines of an entry; undefined where it cannot be read (edited by hand, a merge conflict). */
export function parseEntry(entry: string): Baseline[] | undefined {
  const baselines = entry
    .trim()
    .split(/\n[ \t]*\n/)
    .map(parseBaseline)
  return baselines.every((baseline) => baseline !== undefined) ? baselines : undefined
}

function renderBaseline({ picture, backend, fingerprint }: Baseline): string {
  const { label, shape, zeros, min, max, mean, std, filters, exact } = fingerprint
  return [
    `picture: ${picture}`,
    `weights: ${label} [${shape.join(', ')}]`,
    `backend: ${backend}`,
    `min ${min}, max ${max}, mean ${mean}, std ${std}, zeros ${zeros}`,
    ...(exact === undefined ? [] : [`exact: ${exact}`]),
    ...filters.map(renderFilter),
  ].join('\n')
}

function renderFilter({ first, last, norm, mean, min, max }: FilterFingerprint): string {
  const name = first === last ? `filter ${first}` : `filters ${first}–${last}`
  return `${name}: norm ${norm}, mean ${mean}, min ${min}, max ${max}`
}

function parseBaseline(text: string): Baseline | undefined {
  const picture = field(text, 'picture')
  const backend = field(text, 'backend')
  const weights = field(text, 'weights')?.match(/^(?<label>.*) \[(?<shape>[\d, ]*)\]$/)?.groups
  const whole = numbersOf(text.match(/^min .*$/m)?.[0])
  const filters = [...text.matchAll(/^filters? (\d+)(?:–(\d+))?: (.*)$/gm)].map(([, first, last, rest]) => ({
    first: Number(first),
    last: Number(last ?? first),
    ...numbersOf(rest),
  }))
  if (!picture || !backend || !weights || !hasNumbers(whole, ['min', 'max', 'mean', 'std', 'zeros']))
    return undefined
  if (!filters.every((filter) => hasNumbers(filter, ['norm', 'mean', 'min', 'max']))) return undefined
  return {
    picture,
    backend,
    fingerprint: {
      ...(whole as Pick<Fingerprint, 'min' | 'max' | 'mean' | 'std' | 'zeros'>),
      label: weights.label!,
      shape: weights.shape!.split(', ').filter(Boolean).map(Number),
      filters: filters as FilterFingerprint[],
      exact: field(text, 'exact'),
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
