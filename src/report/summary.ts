import { formatNumber } from '../figures/number.js'
import { sparkline } from '../figures/sparkline.js'
import { countsOf, formatSeconds } from './html/model-section.js'
import { checklistOf, coverageOf, type ModelRecord, type RunRecord } from './run-record.js'

/** A job summary may have 1 MiB; other tools write there too. */
const mostBytes = 512 * 1024
const mostModels = 200
const mostFailures = 20
const mostCurves = 6

/** What a run found as Markdown for the summary of a CI job: tables and text, no pictures, which would not show. */
export function summaryMarkdown(run: RunRecord): string {
  const failed = run.models.filter(({ passed }) => !passed)
  const shown = [...failed, ...run.models.filter(({ passed }) => passed)].slice(0, mostModels)
  const head = [
    `## Recipe: ${failed.length > 0 ? `${failed.length} of ${run.models.length} models failed` : `${run.models.length} of ${run.models.length} models passed`}`,
    '',
    '| model | checks | first cause | coverage | seconds |',
    '|---|---|---|---|---|',
    ...shown.map(modelRow),
    ...(run.models.length > mostModels ? [``, `… and ${run.models.length - mostModels} more models`] : []),
    '',
  ]
  const tail = `${run.environment.backends.map((backend) => plain(backend)).join(', ')} · node ${plain(run.environment.node)} · vitest-recipe ${plain(run.environment['vitest-recipe'])}\n`
  let text = head.join('\n')
  for (const section of shown.map(modelDetails)) {
    if (Buffer.byteLength(text) + Buffer.byteLength(section) > mostBytes) {
      text += '\nThe rest is in the report: a job summary has room for so much only.\n'
      break
    }
    text += section
  }
  return `${text}\n${tail}`
}

function modelRow(model: ModelRecord): string {
  const checklist = checklistOf(model)
  const { ran, of } = coverageOf(checklist)
  const cells = [
    `${model.passed ? '✅' : '❌'} ${plain(model.name, 80)}`,
    countsOf(checklist),
    model.causes[0] ? `\`${model.causes[0].name}\`` : '',
    `${ran} of ${of}`,
    formatSeconds(model.seconds),
  ]
  return `| ${cells.join(' | ')} |`
}

function modelDetails(model: ModelRecord): string {
  const failures = model.results.filter(({ status }) => status === 'failed')
  const curves = model.results.flatMap(({ check, curves = {} }) =>
    Object.entries(curves).map(([name, { values }]) => ({ check, name, values: values.map(Number) })),
  )
  const lines = [
    ...(failures.length > 0
      ? [
          `### ${plain(model.name)}`,
          '',
          ...model.causes
            .slice(0, 3)
            .map(
              ({ name, evidence, fix }, i) =>
                `${i + 1}. \`${name}\`: ${plain(evidence, 600)}. **Try:** ${plain(fix, 600)}`,
            ),
          '',
          ...failures
            .slice(0, mostFailures)
            .map(({ check, summary }) => `- \`${check}\`: ${plain(summary, 600)}`),
          ...(failures.length > mostFailures ? [`- and ${failures.length - mostFailures} more`] : []),
          '',
          ...curves.slice(0, mostCurves).flatMap(curveLine),
        ]
      : []),
    ...model.tables.flatMap(({ test, text }) => [`### ${plain(test)}`, '', fence(text), '']),
  ]
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}

function curveLine({ check, name, values }: { check: string; name: string; values: number[] }): string[] {
  if (values.length < 2) return []
  return [
    `\`${sparkline(values)}\` ${plain(check)} ${plain(name)} ${formatNumber(values[0]!)} → ${formatNumber(values.at(-1)!)}  `,
  ]
}

/** Text that Markdown leaves alone: on one line, without markup of either kind. */
function plain(text: string, most = 200): string {
  const cut = [...text.replace(/\s+/g, ' ')].slice(0, most).join('')
  return cut
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .replace(/[\\`*_[\]|~@#]/g, (character) => `\\${character}`)
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A block of code that its own backticks cannot end. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}\n${text}\n${marks}`
}
