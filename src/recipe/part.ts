import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import type { RecipeCheck } from './recipe-context.js'

/** Checks that share trainings; those of the data share what they find out about it. */
const together: ReadonlyArray<readonly string[]> = [
  ['overfit-batch', 'updates-every-weight', 'healthy-activations', 'healthy-gradients'],
  ['human-baseline', 'beats-its-members', 'has-converged'],
  ['earns-its-complexity', 'improves-with-each-addition', 'generalizes-better'],
]

/**
 * What checks take under one seed, roughly, in seconds of a small convolutional network on 2000 digits; whatever is not
 * named `little`.
 */
const cost: Readonly<Record<string, number>> = {
  'zero-input-baseline': 0.4,
  'overfit-batch': 0.8,
  'decrease-loss-with-capacity': 5,
  'human-baseline': 10,
  'overfit-training-set': 10,
  'earns-its-complexity': 60,
  'improves-with-each-addition': 60,
  'generalizes-better': 60,
  'stops-early': 10,
  'trains-as-well-as-adam': 24,
  'structured-filters': 1,
  'beats-its-members': 24,
  'has-converged': 10,
}
const little = 0.1

/**
 * The checks of a part: `'1/3'` for the first of three. Each check is in one part, checks that share a training are in the
 * same, and the parts take about as long as each other. `seedsOf`: under how many seeds a check runs. Throws
 * `InvalidArgumentError` for anything that is no part.
 */
export function checksOfPart(
  checks: readonly RecipeCheck[],
  part: string,
  seedsOf: (check: RecipeCheck) => number,
): RecipeCheck[] {
  const { place, count } = parsePart(part)
  const costOf = (group: readonly RecipeCheck[]) =>
    group.reduce((sum, check) => sum + (check.missing ? 0 : seedsOf(check) * (cost[check.name] ?? little)), 0)
  const parts = Array.from({ length: count }, (): RecipeCheck[] => [])
  for (const group of groupsOf(checks).sort((a, b) => costOf(b) - costOf(a))) {
    parts.reduce((least, one) => (costOf(one) < costOf(least) ? one : least)).push(...group)
  }
  return checks.filter((check) => parts[place - 1]!.includes(check))
}

function groupsOf(checks: readonly RecipeCheck[]): RecipeCheck[][] {
  const groups = new Map<string, RecipeCheck[]>()
  for (const check of checks) {
    const shared = together.findIndex((names) => names.includes(check.name))
    const key = shared >= 0 ? `${shared}` : check.stage === 'data' ? 'data' : check.name
    groups.set(key, [...(groups.get(key) ?? []), check])
  }
  return [...groups.values()]
}

function parsePart(part: unknown): { place: number; count: number } {
  const [, place, count] = typeof part === 'string' ? (/^([1-9]\d*)\/([1-9]\d*)$/.exec(part) ?? []) : []
  if (place !== undefined && Number(place) <= Number(count)) {
    return { place: Number(place), count: Number(count) }
  }
  throw new InvalidArgumentError(
    'options.part',
    describe(part),
    "'1/2' for the first of two parts, as in --shard",
  )
}
