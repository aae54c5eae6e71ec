/** A figure as SVG text taken apart: its numbers, its words, and what is left. */
export interface SvgNumbers {
  values: number[]
  /** Texts, without markup; numbers in them are among the values and `#` here. */
  texts: string[]
  /** The markup with `#` for every number. */
  rest: string
}

const ownMetadata = /<metadata id="vitest-recipe">([^<]*)<\/metadata>/
/** Attributes that place and size what is drawn. Numbers elsewhere are names: colours, ids, classes. */
const geometry =
  /(?<=\s)(d|points|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|dx|dy|width|height|viewBox|transform|offset)=("[^"]*"|'[^']*')/g
const number = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g
/** In a text a number stands by itself: `step 12`, not `conv2`. */
const numberInText = /(?<![\w.])[-+\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])/g

/**
 * Puts the values a figure was drawn from inside it, a line per series, so that they can be read back exactly and a
 * difference of texts shows them.
 */
export function withNumbers(svg: string, series: ReadonlyArray<readonly number[]>): string {
  const lines = series.map((values) => values.map(String).join(' ')).join('\n')
  return svg.replace(
    /\s*<\/svg>\s*$/,
    () => `\n<metadata id="vitest-recipe">\n${lines}\n</metadata>\n</svg>\n`,
  )
}

/** Of a figure of ours the values it was drawn from, of another one all numbers that can be seen. */
export function numbersOf(svg: string): SvgNumbers {
  const own = svg.match(ownMetadata)?.[1]
  if (own !== undefined) return { values: own.split(/\s+/).filter(Boolean).map(Number), texts: [], rest: '' }
  const values: number[] = []
  const texts: string[] = []
  const take = (pattern: RegExp) => (text: string) =>
    text.replace(pattern, (found) => {
      values.push(Number(found.replace('\u2212', '-')))
      return '#'
    })
  const inMarkup = (tag: string) => tag.replace(geometry, take(number))
  const inText = take(numberInText)
  const rest = svg
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>|[^<]+/g, (part) => {
      if (part.startsWith('<')) return inMarkup(part)
      const text = inText(part)
      if (text.trim() !== '') texts.push(text.trim())
      return text
    })
  return { values, texts, rest: rest.replace(/\s+/g, ' ').trim() }
}
