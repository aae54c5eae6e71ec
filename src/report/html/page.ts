import type { ReportPicture } from '../pictures.js'
import { checklistOf, type ModelRecord, type RunRecord } from '../run-record.js'
import { html, Markup, named } from './markup.js'
import { countsOf, formatSeconds, modelSection } from './model-section.js'
import { script } from './script.js'
import { style } from './style.js'

/** Pictures embedded in one page, in bytes of base64; what is over stays in its file. */
const mostPictureBytes = 24 * 1024 * 1024

/** The report as one file: no request leaves it, and it can be read without JavaScript. */
export function reportPage(run: RunRecord, picturesOf: (model: ModelRecord) => ReportPicture[]): string {
  const failed = run.models.filter(({ passed }) => !passed)
  // What needs a look comes first.
  const models = [...failed, ...run.models.filter(({ passed }) => passed)]
  const title = `${failed.length > 0 ? `${failed.length} of ${run.models.length} models failed` : 'All models passed'} · vitest-recipe`
  let left = mostPictureBytes
  const fitting = (pictures: ReportPicture[]) =>
    pictures.filter((picture) => {
      const size = sizeOf(picture)
      if (size > left) return false
      left -= size
      return true
    })
  const sections = models.map((model, i) =>
    modelSection(model, fitting(picturesOf(model)), {
      id: `model-${i + 1}`,
      open: run.models.length === 1 || !model.passed,
    }),
  )
  const { warnings, backends, ...versions } = run.environment
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title><style>${new Markup(style)}</style></head><body>
<header><h1>Recipe report</h1>
<p><b class="${failed.length > 0 ? 'failed' : 'passed'}">${failed.length > 0 ? `${failed.length} of ${run.models.length} models failed` : `${run.models.length} of ${run.models.length} models passed`}</b>
<span class="soft">· ${formatSeconds(run.seconds)} of checks</span></p>
${warnings.map((warning) => html`<p class="skipped">${warning}</p>`)}
${run.models.length > 1 && html`<nav aria-label="models"><ul>${models.map(navLine)}</ul></nav>`}
</header><main>${sections}</main>
<footer>${backends.join(', ')} · ${Object.entries(versions).map(([name, version]) => html`${name} ${version} · `)}<a href="https://karpathy.github.io/2019/04/25/recipe/">the recipe</a></footer>
${new Markup(`<script>${script}</script>`)}</body></html>
`.text
}

function navLine(model: ModelRecord, i: number): Markup {
  const state = model.passed ? 'passed' : 'failed'
  return html`<li><a href="#model-${i + 1}">${named(model.name, 60)}</a> <span class="${state}">${countsOf(checklistOf(model))}</span></li>`
}

const sizeOf = ({ actual, reference, difference }: ReportPicture): number =>
  [actual, reference, difference].reduce((sum, image) => sum + (image?.base64.length ?? 0), 0)
