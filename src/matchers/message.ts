import type { MatcherState } from 'vitest'
import type { CheckResult } from '../checks/result.js'
import { formatNumber } from '../figures/number.js'
import { sparkline } from '../figures/sparkline.js'

/**
 * The failure message: what was measured, what was expected, the likely cause by name with its evidence, and
 * what to try.
 */
export function failureMessage(
  { utils, task }: Pick<MatcherState, 'utils' | 'task'>,
  matcher: string,
  result: CheckResult,
): string {
  const lines = [hint(utils, matcher, false), '', result.summary, '']
  lines.push(
    ...row('measured', Object.entries(result.measured), (value) => utils.RECEIVED_COLOR(formatNumber(value))),
  )
  lines.push(
    ...row('expected', Object.entries(result.expected), (value) =>
      utils.EXPECTED_COLOR(typeof value === 'number' ? formatNumber(value) : value),
    ),
  )
  for (const [name, curve] of Object.entries(result.curves ?? {})) lines.push(...curveLine(name, curve))
  const [likely, ...others] = result.causes
  if (likely) {
    lines.push(
      '',
      `Likely cause: ${utils.BOLD_WEIGHT(likely.name)}`,
      `  why  ${likely.evidence}`,
      `  try  ${likely.fix}`,
    )
  }
  for (const cause of others) {
    lines.push('', `Also possible: ${cause.name}`, `  why  ${cause.evidence}`, `  try  ${cause.fix}`)
  }
  const backend = task?.meta.recipe?.backend?.name
  const footer = [
    result.check,
    ...(backend ? [backend] : []),
    `seed ${result.seed}`,
    `${result.seconds.toFixed(1)} s`,
  ]
  lines.push('', utils.DIM_COLOR(footer.join(' · ')))
  return lines.join('\n')
}

/**
 * The message of a check of `describeRecipe`, which has a diagnosis of the whole recipe below it: what was found and
 * the likely cause; other possible causes by their names.
 */
export function recipeFailureMessage(
  { utils }: Pick<MatcherState, 'utils'>,
  _check: string,
  { summary, curves, causes, seed, seconds }: CheckResult,
): string {
  const [likely, ...others] = causes
  const details = [
    ...Object.entries(curves ?? {}).flatMap(([name, curve]) => curveLine(name, curve)),
    ...(likely
      ? [
          `  cause     ${utils.BOLD_WEIGHT(likely.name)}`,
          `  why       ${likely.evidence}`,
          `  try       ${likely.fix}`,
        ]
      : []),
    ...(others.length > 0 ? [`  or        ${others.map(({ name }) => name).join(', ')}`] : []),
  ]
  const footer = utils.DIM_COLOR(`  seed ${seed} · ${seconds.toFixed(1)} s`)
  return [summary, '', ...details, footer].join('\n')
}

/** The message when `.not` was used and the check passed. */
export function negatedMessage(utils: MatcherState['utils'], matcher: string, result: CheckResult): string {
  return `${hint(utils, matcher, true)}\n\nExpected this check to fail, but it passed. ${result.summary}`
}

function hint(utils: MatcherState['utils'], matcher: string, isNot: boolean): string {
  return utils.matcherHint(matcher, 'subject', '', { isNot })
}

function row<Value>(
  label: string,
  entries: Array<[string, Value]>,
  print: (value: Value) => string,
): string[] {
  if (entries.length === 0) return []
  return [`  ${label}  ${entries.map(([name, value]) => `${name} ${print(value)}`).join(' · ')}`]
}

function curveLine(name: string, curve: readonly number[]): string[] {
  if (curve.length < 2) return []
  const ends = `${formatNumber(curve[0]!)} → ${formatNumber(curve.at(-1)!)}`
  return [`  ${name.padEnd(8)}  ${sparkline(curve)}  ${ends} in ${curve.length} steps`]
}
