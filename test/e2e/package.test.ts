import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { locateNativeAddon } from '../../src/backend/locate.js'
import { config, fiveTests, model } from './projects.js'
import { packPackage, UserProject } from './user-project.js'

const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'
let packed: ReturnType<typeof packPackage>
const open: UserProject[] = []

beforeAll(() => {
  packed = packPackage()
}, 120_000)
afterAll(() => {
  for (const project of open) project.remove()
  packed?.remove()
}, 60_000)

function project(files: Record<string, string>): UserProject {
  const one = new UserProject(packed.tarball, files)
  open.push(one)
  return one
}

/** The lines of the output that contain a text. */
const lines = (output: string, text: string) => output.split('\n').filter((line) => line.includes(text))

describe('a first project', () => {
  test.runIf(isNativeHere)('passes its five tests on tensorflow', async () => {
    const first = project({ 'vitest.config.ts': config(), 'model.ts': model, 'recipe.test.ts': fiveTests })
    const { code, output } = await first.vitest()
    expect(output).toMatch(/Tests\s+5 passed \(5\)/)
    expect(output).toMatch(/Snapshots\s+1 written/)
    expect(output).toMatch(/Backend\s+tensorflow \(@tensorflow\/tfjs-node/)
    expect(code).toBe(0)
    expect(first.exists('__weights__/recipe.test.ts/first.png')).toBe(true)
  })

  test('runs without the addon, on wasm, with one warning', async () => {
    const first = project({ 'vitest.config.ts': config(), 'model.ts': model, 'recipe.test.ts': fiveTests })
    first.hideAddon()
    const { code, output } = await first.vitest()
    expect(output).toMatch(/Tests\s+5 passed \(5\)/)
    expect(code).toBe(0)
    expect(lines(output, 'wasm').length).toBeGreaterThan(0)
    expect(lines(output, 'npx vitest-recipe install-tensorflow')).toHaveLength(1)
  })

  test("with backend: 'tensorflow' but without the addon says what to run", async () => {
    const first = project({
      'vitest.config.ts': config("{ backend: 'tensorflow' }"),
      'model.ts': model,
      'recipe.test.ts': fiveTests,
    })
    first.hideAddon()
    const { code, output } = await first.vitest()
    expect(code).not.toBe(0)
    expect(output).toContain('npx vitest-recipe install-tensorflow')
    expect(output).not.toContain('passed (5)')
  })

  test.each(['cpu', 'wasm'])("runs with backend: '%s'", async (backend) => {
    const first = project({
      'vitest.config.ts': config(`{ backend: '${backend}' }`),
      'model.ts': model,
      'recipe.test.ts': `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

test('trains', async ({ tf }) => {
  expect(tf.getBackend()).toBe('${backend}')
  await expect(createModel).toOverfitBatch(examples(16))
})
`,
    })
    const { output } = await first.vitest()
    expect(output).toMatch(/Tests\s+1 passed \(1\)/)
  })

  test('with a mistake in the options of the plugin says which', async () => {
    const { code, output } = await project({
      'vitest.config.ts': config("{ backend: 'gpu' }"),
      'a.test.ts': '',
    }).vitest()
    expect(code).not.toBe(0)
    expect(output).toContain(`recipe({ backend }): got "gpu"; wanted 'auto', 'tensorflow', 'wasm' or 'cpu'`)
  })
})

describe('what goes wrong', () => {
  test('a forgotten await, a timeout and a fault are each told at their line', async () => {
    const suite = project({
      'vitest.config.ts': config(),
      'model.ts': model,
      'recipe.test.ts': `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

const batch = examples(16)
const slow = () => createModel({ learningRate: 1e-9 })
const large = () => createModel({ units: 5000, learningRate: 1e-6 })

test('forgets to await', () => {
  expect(createModel).toOverfitBatch(batch)
})

test('has too little time', { timeout: 2000 }, async () => {
  await expect(large).toOverfitBatch(batch, { steps: 1e6 })
})

test('has a fault', async () => {
  await expect(slow).toOverfitBatch(batch)
})

test('is soft', async () => {
  await expect.soft(slow).toOverfitBatch(batch, { steps: 3 })
  await expect.soft(slow).toHaveInitLossNear(100, { on: batch })
})

test.concurrent('concurrent, healthy', async ({ expect }) => {
  await expect(createModel).toOverfitBatch(batch)
})

test.concurrent('concurrent, faulty', async ({ expect }) => {
  await expect(slow).toOverfitBatch(batch, { steps: 50 })
})

test('not', async () => {
  await expect(slow).not.toOverfitBatch(batch, { steps: 20 })
})

test('not, on bad input', async () => {
  await expect(() => undefined as never).not.toOverfitBatch(batch)
})

test('resolves', async () => {
  await expect(Promise.resolve(createModel)).resolves.toOverfitBatch(batch)
})
`,
    })
    const { output } = await suite.vitest()
    const report = (name: string) => {
      const from = output.indexOf(`recipe.test.ts > ${name}`)
      expect(from, output).toBeGreaterThan(0)
      const next = output.indexOf(' FAIL ', from)
      return output.slice(from, next < 0 ? undefined : next)
    }
    expect(report('forgets to await')).toContain('expect(…).toOverfitBatch() was not awaited')
    expect(report('forgets to await')).toContain('recipe.test.ts:9:')
    const timeout = report('has too little time')
    expect(timeout).toMatch(/Stopped before the test's time ran out, at step \d+ of 1000000/)
    expect(timeout).toMatch(/[▁▂▃▄▅▆▇█×]{8,}/)
    expect(timeout).not.toContain('Test timed out')
    const fault = report('has a fault')
    expect(fault).toContain('Likely cause: learning-rate-too-low')
    expect(fault).toContain('recipe.test.ts:17:')
    expect(report('is soft')).toContain('toOverfitBatch')
    expect(lines(output, 'FAIL  recipe.test.ts > is soft').length).toBe(2)
    expect(report('concurrent, faulty')).toContain('learning-rate-too-low')
    expect(report('not, on bad input')).toContain('a factory that returned undefined')
    expect(output).toMatch(/Tests\s+6 failed \| 3 passed \(9\)/)
  })

  test('modules shared between files keep matchers, guard and seed', async () => {
    const file = `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

const batch = examples(16)
test('draws', () => expect(Math.random()).toBeCloseTo(0.6011037519201636, 12))
test('trains', async () => { await expect(createModel).toOverfitBatch(batch) })
test('forgets', () => { expect(createModel).toOverfitBatch(batch) })
`
    const shared = project({
      'vitest.config.ts': config().replace('plugins:', 'test: { isolate: false, maxWorkers: 1 }, plugins:'),
      'model.ts': model,
      'a.test.ts': file,
      'b.test.ts': file,
    })
    const { output } = await shared.vitest()
    expect(output).toMatch(/Tests\s+2 failed \| 4 passed \(6\)/)
    expect(lines(output, 'was not awaited: write').length).toBe(2)
  })
})

describe('other ways to use it', () => {
  test('matchers without the plugin', async () => {
    const plain = project({
      'vitest.config.ts': 'export default { test: { setupFiles: "./setup.ts" } }',
      'setup.ts': `import { expect } from 'vitest'
import * as matchers from 'vitest-recipe/matchers'
expect.extend(matchers)
`,
      'model.ts': model.replace('@tensorflow/tfjs-node', '@tensorflow/tfjs'),
      'recipe.test.ts': fiveTests.replace("'vitest-recipe'", "'vitest'").replace('32] }', '32], steps: 60 }'),
    })
    const { code, output } = await plain.vitest()
    expect(output).toMatch(/Tests\s+5 passed \(5\)/)
    expect(code).toBe(0)
  })

  test('several projects in one config', async () => {
    const two = project({
      'vitest.config.ts': `import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'

export default defineConfig({
  test: {
    projects: [
      { plugins: [recipe({ seed: 1 })], test: { name: 'one', include: ['one.test.ts'] } },
      { plugins: [recipe({ seed: 2, backend: 'cpu' })], test: { name: 'two', include: ['two.test.ts'] } },
      { test: { name: 'plain', include: ['plain.test.ts'] } },
    ],
  },
})
`,
      'model.ts': model,
      'one.test.ts': `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'
test('one', async ({ seed }) => {
  expect(seed).toBe(1)
  await expect(createModel).toOverfitBatch(examples(16))
})
`,
      'two.test.ts': `import { expect, test } from 'vitest-recipe'
test('two', ({ seed, tf }) => expect([seed, tf.getBackend()]).toEqual([2, 'cpu']))
`,
      'plain.test.ts': `import { expect, test } from 'vitest'
test('plain', () => expect('toOverfitBatch' in expect(1)).toBe(false))
`,
    })
    const { code, output } = await two.vitest()
    expect(output).toMatch(/Tests\s+3 passed \(3\)/)
    expect(code).toBe(0)
  })

  test('checks in plain Node, with no test runner', async () => {
    const node = project({
      'check.js': `import * as tf from '@tensorflow/tfjs'
import { runRecipe } from 'vitest-recipe/checks'

const create = () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 1 })] })
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
  return model
}
const xs = tf.randomNormal([200, 4], 0, 1, 'float32', 7)
const train = { xs, ys: xs.sum(1, true) }
const { passed, results } = await runRecipe({ create, train })
for (const { check, status } of results) console.log(check, status)
console.log('passed', passed, Object.keys(globalThis).filter((name) => /vitest/i.test(name)))
`,
    })
    const { code, output } = await node.node('check.js')
    expect(output).toContain('init-loss-near passed')
    expect(output).toContain('overfit-batch passed')
    expect(output).toContain('decrease-loss-with-capacity skipped')
    expect(output).toContain('passed true []')
    expect(code).toBe(0)
  })

  test('every export can be imported, and the config needs no TensorFlow', async () => {
    const node = project({
      'imports.js': `const { exports } = JSON.parse((await import('node:fs')).readFileSync('node_modules/vitest-recipe/package.json'))
const plugin = await import('vitest-recipe/plugin')
console.log('plugin', plugin.default().name, process.moduleLoadList.length > 0, Object.keys(process.binding ? {} : {}).length)
for (const entry of Object.keys(exports)) {
  const name = 'vitest-recipe' + entry.slice(1)
  if (entry === '.' || entry === './matchers' || entry.endsWith('json')) continue
  console.log(name, Object.keys(await import(name)).join())
}
`,
    })
    const { output } = await node.node('imports.js')
    expect(output).toContain('plugin vitest-recipe')
    expect(output).toMatch(/vitest-recipe\/checks .*runRecipe/)
    expect(output).toContain('vitest-recipe/reporter default')
  })
})
