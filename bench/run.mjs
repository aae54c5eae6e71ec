/**
 * How fast is all of it? `npm run build && npm run bench`. Both sides of a ratio run in turn, each in processes of its
 * own; the table shows medians with the smallest and the largest. bench/README.md says what the rows mean.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median, spread } from './speed/models.mjs'

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(options.rounds)
const folder = join(import.meta.dirname, 'speed')

const within = []
const without = []
const torch = []
for (let round = 0; round < rounds; round++) {
  const sides = [() => within.push(run('steps-within.mjs')), () => without.push(run('steps-without.mjs'))]
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) side()
  const found = runPython('steps-torch.py')
  if (found) torch.push(found)
}

console.log(`Node ${process.version}, ${rounds} rounds\n`)
console.log('| milliseconds a step | this package | loop of stock tfjs-node | ratio by round |')
console.log('|---|---|---|---|')
for (const name of Object.keys(without[0])) {
  const loop = without.map((one) => one[name])
  for (const check of Object.keys(within[0][name])) {
    const own = within.map((one) => one[name][check])
    const ratios = own.map((value, i) => value / loop[i])
    console.log(`| ${check}, ${name} | ${spread(own)} | ${spread(loop)} | ${spread(ratios)} |`)
  }
}
if (torch.length > 0) {
  console.log(`\n| milliseconds a step | this package | PyTorch ${torch[0].version} | ratio |`)
  console.log('|---|---|---|---|')
  for (const name of Object.keys(without[0])) {
    const own = within.map((one) => one[name].toOverfitBatch)
    const others = torch.map(({ times }) => times[name])
    console.log(
      `| ${name} | ${spread(own)} | ${spread(others)} | ${(median(own) / median(others)).toFixed(2)} |`,
    )
  }
}

console.log('\n| recipe | budget | seconds | training steps | checks that ran | slowest |')
console.log('|---|---|---|---|---|---|')
for (const { name, budget, seconds, steps, ran, slowest } of run('recipe.mjs')) {
  const longest = slowest.map((one) => `${one.check} ${one.seconds.toFixed(2)}`).join(', ')
  console.log(`| ${name} | ${budget} | ${seconds.toFixed(1)} | ${steps} | ${ran} | ${longest} |`)
}

console.log('\n| training steps | made | distinct | ratio |\n|---|---|---|---|')
for (const { what, made, distinct } of run('shared.mjs')) {
  console.log(`| ${what} | ${made} | ${distinct} | ${(made / distinct).toFixed(2)} |`)
}

console.log('\n| what grows | time | time against a loop | memory against a loop |\n|---|---|---|---|')
for (const { name, growth, againstLoop, memory } of run('growth.mjs')) {
  const cells = [growth, againstLoop, memory].map((value) => (value === undefined ? '' : value.toFixed(2)))
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}

const published = bundle()
const starts = Array.from({ length: 7 }, () => run('start.mjs', published))
rmSync(published, { recursive: true })
const { picture, report } = run('pictures.mjs')
console.log('\n| milliseconds | |\n|---|---|')
console.log(
  `| import of TensorFlow.js | ${spread(
    starts.map(({ tensorflow }) => tensorflow),
    0,
  )} |`,
)
console.log(
  `| import of this package after it | ${spread(
    starts.map(({ rest }) => rest),
    0,
  )} |`,
)
console.log(`| 2048 filters [3, 3, 64] to PNG | ${picture.toFixed(0)} |`)
console.log(`| report of 40 models × 40 checks | ${report.toFixed(0)} |`)

/** A copy of dist/ as it is published, where it finds its packages. */
function bundle() {
  const root = join(import.meta.dirname, '..')
  const copy = join(root, 'node_modules/.vitest-recipe-bench')
  cpSync(join(root, 'dist'), copy, { recursive: true })
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/bundle.mjs'), copy], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return copy
}

function run(script, ...args) {
  return resultOf(spawnSync(process.execPath, [join(folder, script), ...args], { encoding: 'utf8' }), script)
}

/** Undefined where there is no Python with torch. */
function runPython(script) {
  for (const python of ['python3', '/usr/bin/python3']) {
    const result = spawnSync(python, [join(folder, script)], { encoding: 'utf8' })
    if (result.status === 0) return resultOf(result, script)
  }
  return undefined
}

function resultOf({ stdout, stderr }, script) {
  const json = stdout?.split('\n@')[1]
  if (json === undefined) throw new Error(`${script} printed no result:\n${stderr}`)
  return JSON.parse(json)
}
