import { describe, expect, test } from 'vitest'
import { numbersOf } from '../../src/figures/svg-numbers.js'
import type { VectorDrawing } from '../../src/images/drawing.js'
import { compareValues, withFacts } from '../../src/snapshots/comparison.js'
import { parseEntry, renderEntry } from '../../src/snapshots/entry.js'
import { fingerprintOf } from '../../src/snapshots/fingerprint.js'
import { type FigureSubject, figureContent } from '../../src/snapshots/kinds/figures.js'

const of = (subject: FigureSubject) => figureContent(subject, {})
const svgOf = ({ drawing }: { drawing: VectorDrawing }) => drawing.svg
const tolerance = { rtol: 0, atol: 1e-6 }

function differs(before: FigureSubject, after: FigureSubject): boolean {
  const [a, b] = [of(before).content, of(after).content]
  if (a.shape.join() !== b.shape.join()) return true
  const compared = compareValues(a.values, b, tolerance)
  return !withFacts(compared, a.facts, b.facts).pass
}

describe('curves', () => {
  test('the values inside the figure are the values compared, bit by bit', () => {
    const random = Array.from({ length: 50 }, (_, i) => Math.sin(i) * 10 ** ((i % 9) - 4))
    const figure = of({ loss: random, accuracy: [1 / 3] })
    const read = Float32Array.from(numbersOf(svgOf(figure)).values)
    expect(read).toEqual(figure.content.values)
  })

  test('a recorded training shows its losses', () => {
    const figure = of({ losses: [2, 1], updateRatios: [] })
    expect(figure.content.label).toBe('figure of loss')
    expect(figure.content.facts).toEqual(['curve loss: 2 points'])
  })

  test('where values are not finite is compared to the letter', () => {
    expect(of({ loss: [1, NaN, Infinity] }).content.facts).toEqual([
      'curve loss: 3 points, 2 not finite, at 1, 2',
    ])
    expect(differs({ loss: [1, NaN, 1] }, { loss: [1, 1, NaN] })).toBe(true)
    expect(differs({ loss: [1, NaN, 1] }, { loss: [1, NaN, 1] })).toBe(false)
    expect(svgOf(of({ loss: [NaN, NaN] }))).toMatch(/<\/svg>\n$/)
  })

  test('no points, one point, a million points', () => {
    expect(of({ loss: [], other: [1] }).content.facts).toContain('curve loss: 0 points')
    expect(svgOf(of({ loss: [0.5] }))).toContain('<circle')
    const million = of({ loss: new Float32Array(1_000_000).map((_, i) => 1 / (i + 1)) })
    expect(svgOf(million).length).toBeLessThan(50_000)
    expect(million.content.facts).toEqual(['curve loss: 1000000 points'])
  })

  test.each<[string, Record<string, number[]>]>([
    ['no points', { loss: [] }],
    ['no points in one of two', { loss: [], accuracy: [1, 2] }],
    ['nothing finite', { loss: [NaN, Infinity] }],
    ['zeros', { loss: [0, 0] }],
    ['a name like an entry', { 'curve 0: norm 1, mean 1, min 1, max 1': [1], 'a\nb': [2] }],
  ])('the entry of a figure with %s can be read again', (_, curves) => {
    const { content } = of(curves)
    const baseline = { picture: 'x.svg', backend: 'cpu', fingerprint: fingerprintOf(content) }
    const entry = renderEntry([baseline], content.kind)
    const [read] = parseEntry(entry, content.kind) ?? []
    expect(read).toEqual(baseline)
  })

  test('both on the same axes: what was before is dashed, in the same colour', () => {
    const { drawing } = of({ loss: [3, 2, 1] })
    const both = drawing.drawOver!(Float32Array.of(3, 3, 3))
    expect(both.match(/stroke="#0072b2"/g)).toHaveLength(2)
    expect(both.match(/stroke-dasharray/g)).toHaveLength(1)
    expect(both).toContain('loss before (dashed)')
  })

  test('hostile names are escaped, and the text stays one SVG', () => {
    const svg = svgOf(of({ '</svg><script>alert(1)</script>': [1, 2] }))
    expect(svg).not.toContain('<script')
    expect(svg.match(/<\/svg>/g)).toHaveLength(1)
  })
})

describe('SVG text of others', () => {
  const svg = (width: number, word = 'loss', color = '#00ff12') =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 ${width}"><text x="1">${word}</text><path id="c1" fill="${color}" d="M1 2L3.5-4e-1"/></svg>`

  test('numbers that place and size are values, names are not', () => {
    expect(numbersOf(svg(50)).values).toEqual([0, 0, 100, 50, 1, 1, 2, 3.5, -0.4])
    expect(numbersOf('<svg><text>conv2 at step 12, \u22123.5</text></svg>').values).toEqual([12, -3.5])
  })

  test('numbers may move within the tolerance; words, markup and colours may not', () => {
    expect(differs(svg(50), svg(50.0000001))).toBe(false)
    expect(differs(svg(50), svg(51))).toBe(true)
    expect(differs(svg(50), svg(50, 'accuracy'))).toBe(true)
    expect(differs(svg(50), svg(50, 'loss', '#00ff13'))).toBe(true)
    expect(differs(svg(50), svg(50).replaceAll('><', '>\r\n<').replaceAll('\r\n', ''))).toBe(false)
  })

  test('is stored as it is', () => expect(svgOf(of(svg(50)))).toBe(svg(50)))
})

test.each([
  ['no figure', 3],
  ['null', null],
  ['a list', [1, 2]],
  ['no curves', {}],
  ['33 curves', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`c${i}`, [1]]))],
  ['texts in a curve', { loss: ['1'] }],
  ['a text that is no SVG', 'hello'],
  ['half an SVG', '<svg><path d="M0 0"/>'],
  ['HTML', '<html><svg></svg></html>'],
  ['an SVG without a number', '<svg></svg>'],
  ['a huge SVG', `<svg>${'<g/>'.repeat(300_000)}<path d="M1 1"/></svg>`],
])('%s is refused by name', (_, subject) => {
  expect(() => figureContent(subject, {})).toThrow(/^received(\.\w+)?: got/)
})
