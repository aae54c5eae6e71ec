import { stages } from '../../checks/catalog.js'
import { formatNumber } from '../../figures/number.js'
import type { EmbeddedImage, ReportPicture } from '../pictures.js'
import {
  type ChecklistLine,
  checklistOf,
  coverageOf,
  type ModelRecord,
  type ReportedResult,
} from '../run-record.js'
import { chartsOf } from './charts.js'
import { layerTables } from './layers.js'
import { html, type Markup, named } from './markup.js'

const signs = { failed: '✗', passed: '✓', skipped: '↓', untested: '·' } as const
/** More of them say nothing new. */
const mostCauses = 8

/** One model: the diagnosis first, then the recipe as a checklist, curves, pictures and tables. */
export function modelSection(
  model: ModelRecord,
  pictures: readonly ReportPicture[],
  { id, open }: { id: string; open: boolean },
): Markup {
  const checklist = checklistOf(model)
  const charts = chartsOf(model)
  const layers = layerTables(model)
  return html`
<details class="model" id="${id}"${open && html` open`}>
<summary><h2>${sign(model.passed ? 'passed' : 'failed')} ${named(model.name)}</h2>
<span class="soft">${countsOf(checklist)} · ${formatSeconds(model.seconds)}${model.file !== model.name && html` · ${named(model.file)}`}</span></summary>
${diagnosis(model)}
<h3>The recipe</h3>
${coverageLine(checklist)}
<table><thead><tr><th>check</th><th>found</th><th class="num wide">seconds</th></tr></thead>
${stages.map((stage) =>
  stageRows(
    stage,
    checklist.filter((line) => line.stage === stage),
  ),
)}
</table>
${layers.length > 0 && html`<h3>Layers</h3>${layers}`}
${charts.length > 0 && html`<h3>Curves</h3><div class="figures">${charts}</div>`}
${pictures.length > 0 && html`<h3>Pictures</h3>${pictures.map(pictureFigure)}`}
${model.tables.map(({ test, text }) => html`<h3>${named(test)}</h3><pre>${text}</pre>`)}
${reproduce(model)}
</details>`
}

function diagnosis({ causes }: ModelRecord): Markup | undefined {
  if (causes.length === 0) return undefined
  return html`<h3>Diagnosis</h3>${causes.slice(0, mostCauses).map(
    ({ name, evidence, fix, checks }, place) => html`
<div class="cause"><b>${place + 1}. ${name}</b>${place === 0 && ' — mend this first'} <span class="soft">${checks.join(', ')}</span>
<dl><dt>why</dt><dd>${evidence}</dd><dt>try</dt><dd>${fix}</dd></dl></div>`,
  )}`
}

function coverageLine(checklist: readonly ChecklistLine[]): Markup {
  const { ran, of } = coverageOf(checklist)
  return html`<p><span class="bar" role="img" aria-label="${ran} of ${of} checks ran"><i style="width:${Math.round((100 * ran) / of)}%"></i></span>
<span class="soft">recipe coverage: ${ran} of ${of} checks ran</span></p>`
}

function stageRows(stage: string, lines: readonly ChecklistLine[]): Markup {
  const tested = lines.filter(({ state }) => state !== 'untested')
  const untested = lines.filter(({ state }) => state === 'untested')
  return html`<tbody><tr><th scope="rowgroup" colspan="3">${stage}</th></tr>
${tested.map((line) => line.results.map((result) => resultRow(line, result)))}
${
  untested.length > 0 &&
  html`<tr><td class="untested">${signs.untested} not tested</td><td class="soft" colspan="2">${untested.map(
    ({ check, title, matcher }, i) =>
      html`${i > 0 && ', '}<span title="${title}${matcher && ` (${matcher})`}">${check}</span>`,
  )}</td></tr>`
}</tbody>`
}

function resultRow({ title }: ChecklistLine, result: ReportedResult): Markup {
  const { check, status, summary, causes, seconds, test, reused } = result
  const [cause] = causes
  const own = test === check || test.endsWith(`> ${check}`)
  return html`<tr><td class="check" title="${title}">${sign(status)} ${check}</td>
<td class="${status === 'skipped' && 'soft'}">${named(summary.replace(/^Skipped: /, ''), 600)}${status === 'failed' && cause && html` <b class="failed">${cause.name}</b>`}${!own && html`<br><small class="soft">${named(test, 160)}</small>`}</td>
<td class="num wide">${status !== 'skipped' && formatSeconds(seconds)}${timeBefore(result)}${reused && html`<br><small class="soft">not run again</small>`}</td></tr>`
}

/** Said where it is another order of time: clocks of busy machines vary. */
function timeBefore({ seconds, secondsBefore, status }: ReportedResult): Markup | undefined {
  if (secondsBefore === undefined || status === 'skipped') return undefined
  const [less, more] = [Math.min(seconds, secondsBefore), Math.max(seconds, secondsBefore)]
  if (more - less < 0.5 || more < 1.3 * less) return undefined
  return html`<br><small class="soft">was ${formatSeconds(secondsBefore)}</small>`
}

function pictureFigure({ title, test, actual, reference, difference }: ReportPicture): Markup {
  return html`<figure><figcaption>${named(title)} · ${named(test)}</figcaption>
<div class="pair">${reference && html`<span class="before"><small>before</small>${image(reference, `${title}: before`)}</span>`}<span><small>${reference ? 'now' : ''}</small>${image(actual, `${title}: now`)}</span></div>
${difference && html`<details><summary>before | now | Δ</summary>${image(difference, `${title}: before, now and the difference`)}</details>`}</figure>`
}

function image({ type, base64, width, height }: EmbeddedImage, alt: string): Markup {
  return html`<img src="data:${type};base64,${base64}" alt="${alt.slice(0, 300)}"${width && html` width="${width}"`}${height && html` height="${height}"`} loading="lazy">`
}

function reproduce({ results, file }: ModelRecord): Markup | undefined {
  const seeds = [...new Set(results.map(({ seed }) => seed))]
  if (seeds.length === 0) return undefined
  const files = [...new Set([file, ...results.map((result) => result.file ?? file)])].join(' ')
  return html`<p class="soft">Again: <code>npx vitest run ${files}</code> · seed ${seeds.slice(0, 10).join(', ')}</p>`
}

/** `2 failed, 23 passed, 4 skipped` */
export function countsOf(checklist: readonly ChecklistLine[]): string {
  const results = checklist.flatMap((line) => line.results)
  const counts = (['failed', 'passed', 'skipped'] as const).map((status) => ({
    status,
    count: results.filter((result) => result.status === status).length,
  }))
  return counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`)
    .join(', ')
}

const sign = (state: keyof typeof signs): Markup =>
  html`<span class="${state}"><span aria-hidden="true">${signs[state]}</span><span hidden> ${state}</span></span>`

export const formatSeconds = (seconds: number): string =>
  seconds < 0.05 ? '0 s' : seconds < 10 ? `${seconds.toFixed(1)} s` : `${formatNumber(Math.round(seconds))} s`
