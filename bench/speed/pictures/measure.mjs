// Pictures and the report, against encoding the same pictures: milliseconds.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalog } from '../../../dist/checks/catalog.js'
import { encodePng } from '../../../dist/images/png.js'
import { drawWeights } from '../../../dist/images/weight-picture.js'
import { writeReport } from '../../../dist/report/write-report.js'
import { median } from '../models.mjs'
import { kernel } from './kernel.mjs'

const { picture } = drawWeights(kernel)
const encoding = times(() => encodePng(picture))
const drawing = times(() => encodePng(drawWeights(kernel).picture))
const snapshots = Array.from({ length: 3 }, timesOfSnapshot)
process.stdout.write(
  `\n@${JSON.stringify({
    encoding,
    drawing,
    recording: median(snapshots.map(([recorded]) => recorded)),
    matching: median(snapshots.map(([, matched]) => matched)),
    reports: [4, 40].map((models) => timesOfReport(models)),
  })}\n`,
)

/** A snapshot that is recorded, and then matched by the next run of Vitest. */
function timesOfSnapshot() {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-bench-'))
  const file = join(folder, 'times')
  try {
    for (let run = 0; run < 2; run++) {
      const vitest = join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs')
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [vitest, 'run', '--root', import.meta.dirname],
        {
          encoding: 'utf8',
          env: { ...process.env, CI: '', TIMES: file },
        },
      )
      if (status !== 0) throw new Error(`${stdout}${stderr}`)
    }
    return readFileSync(file, 'utf8').trim().split('\n').map(Number)
  } finally {
    rmSync(folder, { recursive: true })
    for (const made of ['__snapshots__', '__weights__']) {
      rmSync(join(import.meta.dirname, made), { recursive: true, force: true })
    }
  }
}

/** A report with 40 checks, a curve and a picture of each model, against encoding these pictures. */
function timesOfReport(models) {
  const root = mkdtempSync(join(tmpdir(), 'vitest-recipe-bench-'))
  const small = drawWeights({
    ...kernel,
    shape: [5, 5, 1, 32],
    values: kernel.values.subarray(0, 5 * 5 * 32),
  }).picture
  const png = encodePng(small)
  for (let m = 0; m < models; m++) writeFileSync(join(root, `m${m}.png`), png)
  const modules = Array.from({ length: models }, (_, m) => moduleOf(m))
  const report = times(() => {
    const written = writeReport(modules, { root, path: 'report/index.html', vitestVersion: '4' })
    if (written?.path === undefined) throw new Error(written?.problem)
  })
  rmSync(root, { recursive: true })
  const pictures = times(() => {
    for (let m = 0; m < models; m++) encodePng(small)
  })
  return { models, report, encoding: pictures }
}

function moduleOf(m) {
  const curve = { loss: { stride: 10, values: Array.from({ length: 100 }, (_, i) => 1 / (1 + i)) } }
  const tests = Array.from({ length: 40 }, (_, c) => {
    const { check, stage } = catalog[c % catalog.length]
    const result = { check, stage, status: 'passed', summary: 'As it should be.', measured: {}, expected: {} }
    const picture = c === 0 ? { picture: `m${m}.png` } : {}
    return {
      name: check,
      fullName: `model ${m} > ${check}`,
      parent: { type: 'suite', fullName: `model ${m}` },
      artifacts: () => [],
      annotations: () => [],
      meta: () => ({
        recipe: {
          inRecipe: `model ${m}`,
          results: [{ ...result, ...picture, causes: [], seed: 1, seconds: 1, curves: curve }],
        },
      }),
    }
  })
  return { relativeModuleId: `test/m${m}.test.ts`, children: { allTests: () => tests } }
}

function times(work) {
  work()
  return median(
    Array.from({ length: 7 }, () => {
      const started = performance.now()
      work()
      return performance.now() - started
    }),
  )
}
