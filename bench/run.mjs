/**
 * How fast is all of it? `npm run build && npm run bench`. Both sides of a ratio run in turn, each in processes of its
 * own; the table shows medians with the smallest and the largest. bench/README.md says what the rows mean. With
 * `--matchers toOverfitBatch,toStopEarly` only these, and nothing else.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { assertEachInOne } from './speed/all-matchers.mjs'
import { median, spread } from './speed/models.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, matchers: { type: 'string', default: '' } },
})
const rounds = Number(options.rounds)
const folder = join(import.meta.dirname, 'speed')

const matchersFile = workFile('matchers.mjs', options.matchers)
const works = JSON.parse(readFileSync(matchersFile, 'utf8'))
const alone = namesWithoutCounterpart()
if (!options.matchers) {
  assertEachInOne({
    'with loops by hand': [...new Set(Object.values(works).flatMap(Object.keys))],
    'without a counterpart': alone,
    pictures: ['toMatchWeightImage'],
  })
}
const recipesFile = options.matchers ? undefined : workFile('recipe.mjs')
const inTurn = {
  matchers: [],
  matchersByHand: [],
  alone: [],
  readingByHand: [],
  recipes: [],
  recipesByHand: [],
}
const torch = []
for (let round = 0; round < rounds; round++) {
  const sides = [
    () => inTurn.matchers.push(run('matchers.mjs', 'time', options.matchers)),
    () => inTurn.matchersByHand.push(run('by-hand.mjs', matchersFile)),
    ...(alone.length === 0
      ? []
      : [
          () => inTurn.alone.push(run('no-counterpart.mjs', 'time', options.matchers)),
          () => inTurn.readingByHand.push(run('reading-by-hand.mjs')),
        ]),
    ...(options.matchers
      ? []
      : [
          () => inTurn.recipes.push(run('recipe.mjs', 'time')),
          () => inTurn.recipesByHand.push(run('by-hand.mjs', recipesFile)),
        ]),
  ]
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) side()
  const found = options.matchers ? undefined : runPython('steps-torch.py')
  if (found) torch.push(found)
}

console.log(`Node ${process.version}, ${rounds} rounds\n`)
for (const [program, matchers] of Object.entries(works)) {
  console.log(
    `| ${program} | training steps | this package, ms | steps by hand, ms | ratio by round | forward passes by hand, ms | ratio with them |`,
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const [matcher, work] of Object.entries(matchers)) {
    const own = inTurn.matchers.map((one) => one[program][matcher])
    const byHand = inTurn.matchersByHand.map((one) => one[program][matcher])
    const steps = countOf(work, 'steps')
    const withSteps = byHand.map((one, i) => own[i] / one.steps)
    const withPasses = byHand.map((one, i) => own[i] / (one.steps + one.passes))
    const cells = [
      steps,
      spread(own, 0),
      steps > 1
        ? spread(
            byHand.map((one) => one.steps),
            0,
          )
        : '',
      steps > 1 ? spread(withSteps) : '',
      countOf(work, 'passes') > 0 ? median(byHand.map(({ passes }) => passes)).toFixed(0) : '',
      spread(withPasses),
    ]
    console.log(`| ${matcher} | ${cells.join(' | ')} |`)
  }
  console.log('')
}

if (alone.length > 0) {
  console.log('| nothing by hand does the same: on 1000 digits | milliseconds |\n|---|---|')
  const byHand = (what) =>
    spread(
      inTurn.readingByHand.map((one) => one[what]),
      1,
    )
  console.log(`| by hand, to compare: reading each number once | ${byHand('reading')} |`)
  console.log(`| by hand, to compare: a forward pass of the MLP | ${byHand('pass')} |`)
  for (const matcher of alone) {
    const own = inTurn.alone.map((one) => one[matcher])
    console.log(`| ${matcher} | ${spread(own, 1)} |`)
  }
  console.log('')
}

if (options.matchers) process.exit()

if (torch.length > 0) {
  console.log(`| milliseconds a step, batch 64 | this package | PyTorch ${torch[0].version} | ratio |`)
  console.log('|---|---|---|---|')
  for (const program of Object.keys(torch[0].times)) {
    const { toOverfitBatch } = works[program]
    const own = inTurn.matchers.map((one) => one[program].toOverfitBatch / countOf(toOverfitBatch, 'steps'))
    const others = torch.map(({ times }) => times[program])
    console.log(
      `| ${program} | ${spread(own)} | ${spread(others)} | ${(median(own) / median(others)).toFixed(2)} |`,
    )
  }
}

console.log(
  '\n| recipe | budget | checks that ran | seconds | of that data | distinct steps | steps by hand, s | passes by hand, s | training checks against both, by round | slowest |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|')
for (const [name, budgets] of Object.entries(JSON.parse(readFileSync(recipesFile, 'utf8')))) {
  for (const [budget, work] of Object.entries(budgets)) {
    const own = inTurn.recipes.map((one) => one[name][budget])
    const byHand = inTurn.recipesByHand.map((one) => one[name][budget])
    const ratios = byHand.map(
      ({ steps, passes }, i) => (1000 * (own[i].seconds - own[i].data)) / (steps + passes),
    )
    const cells = [
      budget,
      own[0].ran,
      spread(own.map(({ seconds }) => seconds)),
      median(own.map(({ data }) => data)).toFixed(2),
      countOf(work, 'steps'),
      median(byHand.map(({ steps }) => steps / 1000)).toFixed(2),
      median(byHand.map(({ passes }) => passes / 1000)).toFixed(2),
      spread(ratios),
      own[0].slowest.join(', '),
    ]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}
rmSync(dirname(matchersFile), { recursive: true })
rmSync(dirname(recipesFile), { recursive: true })

console.log('\n| training steps | made | distinct | ratio |\n|---|---|---|---|')
for (const { what, made, distinct } of run('shared.mjs')) {
  console.log(`| ${what} | ${made} | ${distinct} | ${(made / distinct).toFixed(2)} |`)
}

console.log(
  '\n| what grows | time | time against a loop | memory against a loop | memory |\n|---|---|---|---|---|',
)
for (const { name, growth, againstLoop, memory, memoryGrowth } of run('growth.mjs')) {
  const cells = [growth, againstLoop, memory, memoryGrowth].map((value) =>
    value === undefined ? '' : value.toFixed(2),
  )
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}

const backends = { tensorflow: [], wasm: [] }
for (let round = 0; round < rounds; round++) {
  for (const [name, found] of Object.entries(backends)) found.push(run('backends.mjs', name))
}
console.log('\n| milliseconds a step | native | WebAssembly | ratio by round |\n|---|---|---|---|')
for (const name of Object.keys(backends.wasm[0])) {
  const [native, wasm] = Object.values(backends).map((all) => all.map((one) => one[name]))
  console.log(
    `| ${name} | ${spread(native, 1)} | ${spread(wasm, 1)} | ${spread(native.map((value, i) => value / wasm[i]))} |`,
  )
}

const published = bundle()
const starts = Array.from({ length: 7 }, () => run('start.mjs', published))
rmSync(published, { recursive: true })
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

const { encoding, reports, ...pictures } = run('pictures/measure.mjs')
console.log('\n| milliseconds | | encoding the same pictures | ratio |\n|---|---|---|---|')
const described = {
  drawing: 'to PNG',
  recording: 'recorded by toMatchWeightImage',
  matching: 'matched by it',
}
for (const [what, name] of Object.entries(described)) {
  const cells = [pictures[what].toFixed(0), encoding.toFixed(0), (pictures[what] / encoding).toFixed(2)]
  console.log(`| 2048 filters [3, 3, 64], ${name} | ${cells.join(' | ')} |`)
}
for (const { models, report, encoding: alone } of reports) {
  const cells = [report.toFixed(0), alone.toFixed(0), (report / alone).toFixed(2)]
  console.log(`| report of ${models} models × 40 checks, a picture each | ${cells.join(' | ')} |`)
}

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

/** What the matchers or recipes of a script do, in a file for those who do it by hand. */
function workFile(script, ...args) {
  const file = join(mkdtempSync(join(tmpdir(), 'vitest-recipe-bench-')), 'work.json')
  writeFileSync(file, JSON.stringify(run(script, 'work', ...args)))
  return file
}

/** Of the matchers that are wanted, those that have no loop by hand. */
function namesWithoutCounterpart() {
  const wanted = options.matchers.split(',')
  return run('no-counterpart.mjs', 'names').filter((name) => !options.matchers || wanted.includes(name))
}

function countOf(work, kind) {
  return work.flatMap((one) => Object.values(one[kind])).reduce((sum, count) => sum + count, 0)
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
