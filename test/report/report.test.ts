import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { catalog } from '../../src/checks/catalog.js'
import { encodePng } from '../../src/images/png.js'
import * as matchers from '../../src/matchers/index.js'
import { checksOf } from '../../src/recipe/applicable-checks.js'
import { reportPage } from '../../src/report/html/page.js'
import { checklistOf, coverageOf } from '../../src/report/run-record.js'
import { summaryMarkdown } from '../../src/report/summary.js'
import { writeReport } from '../../src/report/write-report.js'
import { collected, manyModels, moduleOf, result } from './run-records.js'

const hostile = '<script>alert(1)</script>"\'& `x` | *b* \u202eשלום\ud800 🚂'
const page = (modules: ReturnType<typeof manyModels>) => reportPage(collected(modules), () => [])

describe('the catalog', () => {
  const { checks } = checksOf({
    create: () => {
      throw new Error()
    },
    train: () => {
      throw new Error()
    },
  })

  test('has every check of a recipe, in its order', () => {
    const names = catalog.map(({ check }) => check)
    const ofRecipe = checks.map(({ name }) => name)
    expect(names.filter((name) => ofRecipe.includes(name))).toEqual(ofRecipe)
    for (const { name, stage } of checks)
      expect(catalog.find(({ check }) => check === name)!.stage).toBe(stage)
  })

  test('names matchers that there are, and all of them', () => {
    expect(catalog.map(({ matcher }) => matcher).sort()).toEqual(Object.keys(matchers).sort())
  })
})

describe('what a run found', () => {
  const modules = [
    moduleOf('a.test.ts', [
      {
        name: 'overfit-batch',
        inRecipe: 'digits',
        recipe: {
          results: [result({ status: 'failed', causes: [{ name: 'outliers', evidence: 'e', fix: 'f' }] })],
        },
      },
      {
        name: 'normalized',
        inRecipe: 'digits',
        recipe: { results: [result({ check: 'normalized', stage: 'data', status: 'skipped' })] },
      },
      {
        name: 'single',
        recipe: { results: [result(), result()], runs: [{ seed: 1, steps: 2, curves: {} }] },
      },
      { name: 'nothing', recipe: { backend: { name: 'wasm', why: 'no addon', warning: 'slower' } } },
    ]),
  ]

  test('a describeRecipe is a model, other checks belong to their file', () => {
    const run = collected(modules)
    expect(run).toMatchObject({
      schema: 1,
      passed: false,
      environment: { backends: ['wasm (no addon)'], warnings: ['slower'] },
    })
    expect(run.models.map(({ name, passed, results }) => [name, passed, results.length])).toEqual([
      ['digits', false, 2],
      ['a.test.ts', true, 2],
    ])
    expect(run.models[0]!.causes).toMatchObject([{ name: 'outliers', checks: ['overfit-batch'] }])
  })

  test('the checklist says what was not tested', () => {
    const [model] = collected(modules).models
    const checklist = checklistOf(model!)
    expect(checklist).toHaveLength(catalog.length)
    expect(coverageOf(checklist)).toEqual({ ran: 1, of: catalog.length })
    expect(model!.untested).toHaveLength(catalog.length - 2)
    expect(checklist.find(({ check }) => check === 'normalized')!.state).toBe('skipped')
  })

  test('a check that is not in the catalog is listed all the same', () => {
    const [model] = collected([
      moduleOf('a.ts', [{ name: 't', recipe: { results: [result({ check: 'of-somebody' })] } }]),
    ]).models
    expect(checklistOf(model!).at(-1)).toMatchObject({ check: 'of-somebody', state: 'passed' })
  })

  test('times are held against the run before', () => {
    const before = collected(modules)
    before.models[1]!.results[0]!.seconds = 7
    expect(collected(modules, before).models[1]!.results[0]!.secondsBefore).toBe(7)
  })
})

describe('the page', () => {
  test('escapes names, and shows them', () => {
    const text = page(manyModels(2, 3, () => hostile))
    expect(text).not.toContain('<script>alert')
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;')
    expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
    expect(page(manyModels(1, 1, () => 'x'.repeat(500)))).toContain(`${'x'.repeat(119)}…`)
  })

  test.each([
    ['NaN and infinities', ['NaN', 'Infinity', 1, '-Infinity', 2]],
    ['nothing finite', ['NaN', 'NaN']],
    ['empty', []],
    ['one point', [3]],
  ])('a curve with %s', (_name, values) => {
    const text = page([
      moduleOf('a.ts', [
        {
          name: 't',
          recipe: {
            results: [result({ curves: { loss: { stride: 1, values } }, measured: { loss: 'NaN' } })],
          },
        },
      ]),
    ])
    expect(text).toContain('<svg')
    expect(text).not.toMatch(/ d="[^"]*(NaN|Infinity)/)
  })

  test('the same training under several seeds is a band', () => {
    const run = (seed: number) => ({
      seed,
      steps: 3,
      curves: { loss: { stride: 1, values: [seed, 1, 0.5] } },
    })
    const text = page([moduleOf('a.ts', [{ name: 't', recipe: { runs: [run(1), run(2), run(3)] } }])])
    expect(text).toContain('fill-opacity=".18"')
    expect(text).toContain('loss, 3 runs')
  })

  test('an ablation table, and failures before what passed', () => {
    const text = page([
      moduleOf('a.ts', [{ name: 'passes', inRecipe: 'good one', recipe: { results: [result()] } }]),
      moduleOf('b.ts', [
        { name: 'fails', inRecipe: 'bad one', recipe: { results: [result({ status: 'failed' })] } },
      ]),
      moduleOf('c.ts', [{ name: 'study', recipe: { tables: ['arm  verdict\nwide supported'] } }]),
    ])
    expect(text).toContain('<pre>arm  verdict\nwide supported</pre>')
    expect(text.indexOf('bad one')).toBeLessThan(text.indexOf('good one'))
  })

  test('loads nothing from elsewhere', () => {
    expect(page(manyModels(3, 5))).not.toMatch(/(src|href)="(?!data:|#|https:\/\/karpathy)/)
  })

  test('40 models of 40 checks: fast and small', () => {
    const started = performance.now()
    const text = page(manyModels(40, 40))
    expect(performance.now() - started).toBeLessThan(5000)
    expect(text.length).toBeLessThan(8_000_000)
  })
})

describe('the summary', () => {
  test('is a table that hostile names cannot break, without pictures', () => {
    const text = summaryMarkdown(collected(manyModels(2, 4, () => hostile)))
    const rows = text.split('\n').filter((line) => line.startsWith('| ❌') || line.startsWith('| ✅'))
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6)
    expect(text).not.toMatch(/<script|data:/)
  })

  test('stays below its limit, however many models fail', () => {
    const text = summaryMarkdown(collected(manyModels(1000, 8, (i) => `${i} ${'name '.repeat(50)}`)))
    expect(Buffer.byteLength(text)).toBeLessThan(600 * 1024)
    expect(text).toContain('250 of 1000 models failed')
  })
})

describe('files', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'report-'))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true })
  })
  const settings = () => ({ root, path: 'out/index.html', vitestVersion: '4.1.12' })
  const png = encodePng({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) })

  test('page, summary and results; the summary once into that of a job', () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', join(root, 'job.md'))
    expect(writeReport(manyModels(1, 3), settings())).toEqual({ path: join('out', 'index.html') })
    expect(readFileSync(join(root, 'out/index.html'), 'utf8')).toMatch(/^<!doctype html>/)
    expect(JSON.parse(readFileSync(join(root, 'out/results.json'), 'utf8'))).toMatchObject({ schema: 1 })
    expect(readFileSync(join(root, 'job.md'), 'utf8').match(/## Recipe/g)).toHaveLength(1)
  })

  test('nothing where no check ran', () => {
    expect(writeReport([moduleOf('a.ts', [{ name: 't' }])], settings())).toBeUndefined()
  })

  test('a damaged or foreign file of the run before is nothing to compare with', () => {
    writeReport(manyModels(1, 1), settings())
    for (const text of ['{', '[]', '{"schema":2,"models":[]}']) {
      writeFileSync(join(root, 'out/results.json'), text)
      expect(writeReport(manyModels(1, 1), settings())).toEqual({ path: join('out', 'index.html') })
    }
  })

  test('a place that cannot be written to: the reason, no exception', () => {
    writeFileSync(join(root, 'out'), '')
    expect(writeReport(manyModels(1, 1), settings())).toEqual({
      problem: expect.stringContaining('could not be written'),
    })
  })

  test('pictures: those attached, those of snapshots that matched, none from outside the project', () => {
    writeFileSync(join(root, 'stored.png'), png)
    const image = { contentType: 'image/png', body: png.toString('base64'), width: 1, height: 1 }
    const svg = Buffer.from('<svg onload="alert(1)"/>').toString('base64')
    writeReport(
      [
        moduleOf('a.ts', [
          {
            name: 't',
            recipe: {
              results: [
                result({ picture: 'stored.png' }),
                result({ picture: '../../etc/passwd' }),
                result({ picture: 'gone.png' }),
              ],
            },
            artifacts: [
              {
                type: 'internal:toMatchScreenshot',
                message: 'weights.png: changed',
                attachments: [
                  { ...image, name: 'reference' },
                  { ...image, name: 'actual' },
                  { ...image, name: 'diff' },
                ],
              },
            ],
            annotations: [
              { message: 'figure', attachment: { contentType: 'image/svg+xml', body: svg } },
              { message: 'text', attachment: { contentType: 'text/html', body: 'PGI+' } },
            ],
          },
        ]),
      ],
      settings(),
    )
    const text = readFileSync(join(root, 'out/index.html'), 'utf8')
    expect(text.match(/<img /g)).toHaveLength(5)
    expect(text).toContain('<span class="before">')
    // A user's SVG is an image, in which no script runs.
    expect(text).not.toContain('onload')
  })
})

describe('layers', () => {
  const layer = (index: number) => `layer ${index} Dense`
  const gradients = result({
    check: 'healthy-gradients',
    layers: [
      { layer: layer(0), weightNorm: 1, gradientNorms: [0.5, 0.25], updateRatios: [0.001, 0.002] },
      { layer: layer(10), weightNorm: 1, gradientNorms: [1, 'NaN'], updateRatios: ['Infinity'] },
    ],
  })
  const activations = result({
    check: 'healthy-activations',
    layers: [
      {
        layer: layer(0),
        activations: { dead: 0.25, saturated: 0, size: 1, histogram: { low: 0, high: 2, counts: [9, 0, 1] } },
      },
      { layer: layer(2), activations: { dead: 0, saturated: 'NaN', size: 'NaN' } },
    ],
  })
  const of = (...tests: Array<{ name: string; results: unknown[] }>) =>
    page([
      moduleOf(
        'a.test.ts',
        tests.map(({ name, results }) => ({ name, inRecipe: 'net', recipe: { results } })),
      ),
    ])

  test('gradients and activations of the same layers share a table, in the order of the layers', () => {
    const html = of({ name: 'one', results: [activations] }, { name: 'two', results: [gradients] })
    expect(html.match(/<table class="layers">/g)).toHaveLength(1)
    const rows = [...html.matchAll(/<tr><td><bdi>(layer \d+ Dense)/g)].map(([, name]) => name)
    expect(rows).toEqual([layer(0), layer(2), layer(10)])
    expect(html).toContain('values from 0 … 2')
    expect(html).toContain('25 %')
    expect(html).toContain('not finite')
    expect(html).toContain('▁×</span> NaN')
  })

  test('two looks at gradients are two tables', () => {
    const html = of({ name: 'one', results: [gradients] }, { name: 'two', results: [gradients] })
    expect(html.match(/<table class="layers">/g)).toHaveLength(2)
  })

  test('hostile names are escaped, none are no table, many are cut', () => {
    const named = (name: string) => result({ layers: [{ layer: name, gradientNorms: [], updateRatios: [] }] })
    expect(of({ name: 'one', results: [named(hostile)] })).not.toContain('<script>alert')
    expect(of({ name: 'one', results: [result({ layers: [] })] })).not.toContain('class="layers"')
    const layers = Array.from({ length: 300 }, (_, i) => ({ layer: layer(i) }))
    expect(of({ name: 'one', results: [result({ layers })] })).toContain('and 100 more layers')
  })
})
