import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { sabotages } from './sabotages.mjs'
import { makeCopy, say } from './workspace.mjs'

/** Runs the example's tests on one copy per sabotage. 0 when each is caught with an acceptable first cause. */
export async function runBroken(vitestArguments) {
  const waiting = [...sabotages]
  const outcomes = new Map()
  const worker = async () => {
    for (let sabotage = waiting.shift(); sabotage; sabotage = waiting.shift()) {
      const copy = makeCopy(sabotage.name)
      applySabotage(copy, sabotage)
      outcomes.set(sabotage, await runTests(copy, vitestArguments))
      say(`${sabotage.name}: done`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
  const verdicts = sabotages.map((sabotage) => describe(sabotage, outcomes.get(sabotage)))
  for (const { text } of verdicts) console.log(text)
  const caught = verdicts.filter((verdict) => verdict.caught).length
  say(`${caught} of ${sabotages.length} bugs caught with their cause`)
  return caught === sabotages.length ? 0 : 1
}

/** Replaces every occurrence; a text that is not there any more is an error, not a healthy copy. */
export function applySabotage(folder, { name, files }) {
  for (const [path, replacements] of Object.entries(files)) {
    const file = join(folder, path)
    let text = readFileSync(file, 'utf8')
    for (const [before, after] of replacements) {
      if (!text.includes(before))
        throw new Error(
          `Sabotage '${name}': ${path} of the example does not contain ${JSON.stringify(before)}`,
        )
      text = text.replaceAll(before, () => after)
    }
    writeFileSync(file, text)
  }
}

/** The tests of one copy, from Vitest's JSON report, in the order of the file. */
async function runTests(copy, vitestArguments) {
  const report = join(copy, 'report.json')
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs')
  const started = performance.now()
  const output = await new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...vitestArguments],
      {
        cwd: copy,
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
  const seconds = (performance.now() - started) / 1000
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    const problem = tests.length === 0 ? testResults.map(({ message }) => message).join('\n') : undefined
    return { tests, seconds, problem }
  } catch {
    return { tests: [], seconds, problem: output }
  }
}

function describe({ name, expectedCauses }, { tests, seconds, problem }) {
  const failed = tests.filter(({ status }) => status === 'failed')
  const checks = failed
    .flatMap(({ meta }) => meta.recipe?.results ?? [])
    .filter(({ status }) => status === 'failed')
  const first = checks.find(({ causes }) => causes.length > 0)?.causes[0].name
  const caught = first !== undefined && expectedCauses.includes(first)
  const message = failed.find(({ meta }) => meta.recipe?.results?.some(({ causes }) => causes.length > 0))
  const lines = [
    '',
    `${caught ? '✓' : '✗'} ${name}: ${failed.length} of ${tests.length} tests fail in ${seconds.toFixed(0)} s`,
    `  first cause named: ${first ?? 'none'}${caught ? '' : `; wanted: ${expectedCauses.join(' or ')}`}`,
    ...failed.map((test) => `  fails  ${nameOf(test)}${causesOf(test)}`),
    '',
    ...indent(message ? messageOf(message) : (problem ?? failed.map(messageOf).join('\n\n'))),
  ]
  return { caught, text: lines.join('\n') }
}

/** The tests of describeRecipe are named after their check and have no matcher of their own. */
function nameOf(test) {
  return test.meta.recipe?.inRecipe === undefined ? `${test.title} · ${matcherOf(test)}` : test.fullName
}

function matcherOf({ failureMessages }) {
  const text = stripVTControlCharacters(failureMessages[0] ?? '')
  if (text.includes('differs from its snapshot')) return 'toMatchWeightImage'
  return /expect\(.*?\)\.([\w-]+)/.exec(text)?.[1] ?? text.split('\n', 1)[0]
}

function causesOf({ meta }) {
  const names = meta.recipe?.results?.flatMap(({ causes }) => causes.map((cause) => cause.name)) ?? []
  return names.length === 0 ? '' : `: ${names.join(', ')}`
}

/** The message without the stack. */
function messageOf({ failureMessages }) {
  const text = stripVTControlCharacters(failureMessages[0] ?? '')
  const stack = text.search(/\n\s+at .*:\d+:\d+/)
  return (stack === -1 ? text : text.slice(0, stack)).replace(/^(Assertion)?Error: /, '')
}

function indent(text) {
  return text.split('\n').map((line) => (line === '' ? '' : `    ${line}`))
}
