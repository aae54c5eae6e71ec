// Pictures and the report: milliseconds.

import { catalog } from '../../dist/checks/catalog.js'
import { encodePng } from '../../dist/images/png.js'
import { drawWeights } from '../../dist/images/weight-picture.js'
import { collectRun } from '../../dist/report/collect.js'
import { reportPage } from '../../dist/report/html/page.js'
import { median } from './models.mjs'

const shape = [3, 3, 64, 2048]
const values = Float32Array.from({ length: 3 * 3 * 64 * 2048 }, (_, i) => Math.sin(i))
const picture = times(() => encodePng(drawWeights({ shape, values, className: 'Conv2D' }).picture))

const curve = { loss: { stride: 10, values: Array.from({ length: 100 }, (_, i) => 1 / (1 + i)) } }
const modules = Array.from({ length: 40 }, (_, m) => ({
  relativeModuleId: `test/m${m}.test.ts`,
  children: {
    allTests: () =>
      Array.from({ length: 40 }, (_, c) => {
        const { check, stage } = catalog[c % catalog.length]
        const result = {
          check,
          stage,
          status: 'passed',
          summary: 'As it should be.',
          measured: {},
          expected: {},
        }
        return {
          name: check,
          fullName: `model ${m} > ${check}`,
          parent: { type: 'suite', fullName: `model ${m}` },
          meta: () => ({
            recipe: {
              inRecipe: `model ${m}`,
              results: [{ ...result, causes: [], seed: 1, seconds: 1, curves: curve }],
            },
          }),
        }
      }),
  },
}))
const report = times(() => reportPage(collectRun(modules, {}), () => []))
process.stdout.write(`\n@${JSON.stringify({ picture, report })}\n`)

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
