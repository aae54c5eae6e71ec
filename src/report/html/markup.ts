import { escapeXml } from '../../figures/escape-xml.js'

/** Markup that is safe to put into the page. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | false | readonly Part[]

/** A template for HTML: whatever is put in is escaped, unless it is markup itself; lists are joined. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.reduce((all, text, i) => all + textOf(parts[i - 1]) + text))
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map(textOf).join('')
  return escapeXml(String(part))
}

/** A long name cut for the eye; the whole of it on hover. */
export function named(name: string, most = 120): Markup {
  if (name.length <= most) return html`<bdi>${name}</bdi>`
  return html`<bdi title="${name.slice(0, 2000)}">${[...name].slice(0, most - 1).join('')}…</bdi>`
}
