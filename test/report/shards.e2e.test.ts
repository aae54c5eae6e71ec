import { afterAll, expect, test } from 'vitest'
import type { RunRecord } from '../../src/report/run-record.js'
import { VitestFolder } from '../snapshots/run-vitest.js'

const spec = (name: string) => `
  import { expect, test } from 'vitest'
  const kernel = {
    shape: [3, 3, 1, 4],
    dtype: 'float32',
    dataSync: () => Float32Array.from({ length: 36 }, (_, i) => Math.sin(i * i)),
  }
  test('${name} filters', () => expect(kernel).toMatchWeightImage('${name}', { attach: 'always' }))
`
const folder = new VitestFolder()
afterAll(() => folder.remove())

const report = () => {
  const {
    environment: _,
    seconds: __,
    models,
  } = JSON.parse(folder.read('recipe-report/results.json').toString()) as RunRecord
  const pictures = folder.read('recipe-report/index.html').toString().match(/<img /g)!.length
  return {
    pictures,
    models: models.map((model) => ({
      ...model,
      seconds: 0,
      results: model.results.map(({ seconds: _, secondsBefore: __, ...result }) => result),
    })),
  }
}

test('two shards, merged, give the report of one machine; only the merging job writes its summary', async () => {
  folder.write('first.test.ts', spec('first'))
  folder.write('second.test.ts', spec('second'))
  await folder.run()
  await folder.run()
  const whole = report()
  expect(whole.models.map(({ file }) => file)).toEqual(['first.test.ts', 'second.test.ts'])
  expect(whole.pictures).toBeGreaterThan(1)

  const env = { GITHUB_STEP_SUMMARY: `${folder.path}/job.md` }
  for (const shard of ['1/2', '2/2']) {
    const { code, output } = await folder.run({ args: [`--shard=${shard}`, '--reporter=blob'], env })
    expect(output).toContain('blob report written')
    expect(code).toBe(0)
  }
  const { code } = await folder.run({ args: ['--merge-reports'], env })
  expect(code).toBe(0)
  expect(report()).toEqual(whole)
  expect(
    folder
      .read('job.md')
      .toString()
      .match(/## Recipe/g),
  ).toHaveLength(1)
})
