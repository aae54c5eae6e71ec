// The packed package under every supported pair of Node and Vitest: `npm run compat`. Node and Vitest come from npm.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const root = join(import.meta.dirname, '..')
const pairs = [
  { node: process.versions.node.split('.')[0], vitest: '4.1.4' },
  { node: process.versions.node.split('.')[0], vitest: '^4.1.4' },
  { node: '22', vitest: '5.0.0' },
  { node: '22', vitest: '^5.0.0' },
  { node: '24', vitest: '^4.1.4' },
  { node: '24', vitest: '^5.0.0' },
]

const test = `
import * as tf from '@tensorflow/tfjs'
import { describeRecipe, expect, test } from 'vitest-recipe'
const xs = tf.randomNormal([128, 8], 0, 1, 'float32', 7)
const ys = tf.oneHot(tf.argMax(xs.slice([0, 0], [-1, 3]), 1), 3).toFloat()
const create = (learningRate = 0.01) => {
  const model = tf.sequential({ layers: [
    tf.layers.dense({ units: 32, activation: 'relu', inputShape: [8] }),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ] })
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' })
  return model
}
test('healthy', async ({ train }) => {
  await expect(() => create()).toHaveInitLossNear(Math.log(3), { on: { xs, ys } })
  await expect(() => create()).toOverfitBatch({ xs, ys })
  const { model } = await train(create, { data: { xs, ys }, steps: 5 })
  await expect(model).toMatchWeightImage()
  await expect({ xs, ys }).toMatchDataImage('data')
  await expect(model).toMatchActivationImage('activations', { on: { xs, ys } })
  await expect(model).toMatchConfusionImage('confusion', { on: { xs, ys } })
  await expect({ loss: [2, 1, 0.5] }).toMatchFigure('figure')
})
test('faulty', () => expect(() => create(1e-7)).toOverfitBatch({ xs, ys }))
test('forgotten', () => { expect(() => create()).toOverfitBatch({ xs, ys }) })
describeRecipe('recipe', { create: () => create(), train: { xs, ys } })
`
const config = `
import recipe from 'vitest-recipe/plugin'
export default { plugins: [recipe({ backend: 'tensorflow' })] }
`
/** What a run has to print: all that passes, and the two failures with their reasons. */
const wanted = [
  /Backend {2}tensorflow/,
  /Snapshots {2}5 written/,
  /Tests {2}2 failed \| \d+ passed/,
  /Likely cause: learning-rate-too-low/,
  /was not awaited/,
]

function run(command, args, cwd) {
  const env = { ...process.env }
  for (const name of Object.keys(env)) if (/^(CI|GITHUB_|VITEST|npm_config_omit)/.test(name)) delete env[name]
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  return { code: result.status, output: stripVTControlCharacters(`${result.stdout}${result.stderr}`) }
}

function must({ code, output }, what) {
  if (code === 0) return output
  throw new Error(`${what} failed:\n${output}`)
}

/** Identifies what the snapshots of a project are, byte for byte. */
function bytesOf(project) {
  const files = readdirSync(project, { recursive: true })
    .filter((file) => /__\w+__.*\.(png|svg|snap)$/.test(file) && !file.startsWith('node_modules'))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(project, file)))
  return `${files.length}:${hash.digest('hex').slice(0, 12)}`
}

const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-compat-'))
let failed = 0
/** One for each pair: the bytes of all pictures and entries. */
const written = new Set()
try {
  must(run('npm', ['pack', '--pack-destination', folder], root), 'npm pack')
  must(run('tar', ['xzf', 'vitest-recipe-0.1.0.tgz'], folder), 'tar')
  for (const { node, vitest } of pairs) {
    const started = performance.now()
    const project = join(folder, `node${node}-vitest${vitest.replace(/\W/g, '_')}`)
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    const packages = [
      `vitest@${vitest}`,
      'pixelmatch',
      'pngjs',
      `node-${process.platform}-${process.arch}@${node}`,
    ]
    must(
      run(
        'npm',
        [
          'install',
          '--ignore-scripts',
          '--legacy-peer-deps',
          ...(vitest.includes('5') ? ['vite@8'] : []),
          ...packages,
        ],
        project,
      ),
      'npm install',
    )
    cpSync(join(folder, 'package'), join(project, 'node_modules/vitest-recipe'), { recursive: true })
    symlinkSync(join(root, 'node_modules/@tensorflow'), join(project, 'node_modules/@tensorflow'), 'junction')
    writeFileSync(join(project, 'recipe.test.js'), test)
    writeFileSync(join(project, 'vitest.config.js'), config)
    const binary = join(project, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node')
    const { output } = run(binary, ['node_modules/vitest/vitest.mjs', 'run'], project)
    written.add(bytesOf(project))
    const missing = wanted.filter((pattern) => !pattern.test(output))
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${missing.length === 0 ? '✓' : '✗'} Node ${node}, Vitest ${vitest} (${seconds} s)`)
    if (missing.length === 0) continue
    failed++
    console.log(`not printed: ${missing.join(' ')}\n${output}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  written.size === 1
    ? '✓ pictures and .snap files have the same bytes on all of them'
    : `✗ pictures or .snap files differ: ${[...written].join(' ')}`,
)
if (written.size !== 1) failed++
console.log(`\n${pairs.length + 1 - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
