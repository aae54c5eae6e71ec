// Runs the zoo through this package and the published tools, and writes docs/calibration.md and .json.
// npm run calibrate -- [--only <part of a name>] [--tools a,b] [--seeds 4] [--workers 2] [--resume]
// --resume keeps what earlier runs have recorded, and adds programs and tools that are missing.
import { fork } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { peers } from '../peers/index.js'
import { ours } from './ours.js'
import { calibrationPage } from './page.js'
import { journal, keyOf, type Task, type TaskRecord } from './records.js'
import { summarise } from './summary.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    tools: { type: 'string' },
    seeds: { type: 'string', default: '4' },
    workers: { type: 'string', default: '2' },
    resume: { type: 'boolean', default: false },
  },
})

/** Seeds at which the other tools, too, see the healthy programs: they train for as long as the authors do. */
const peerSeeds = 1
/** No program of the zoo takes longer unless something hangs. */
const patience = 600_000

const folder = 'node_modules/.cache/vitest-recipe'
mkdirSync(folder, { recursive: true })
const path = join(folder, 'calibration.jsonl')
if (!values.resume) rmSync(path, { force: true })
const { append, read } = journal(path)

const names = values.tools?.split(',') ?? [ours, ...peers].map(({ name }) => name)
const tasks: Task[] = [
  ...faulty.map(({ name }) => ({ program: name, seed: 1, tools: names })),
  ...healthy.flatMap(({ name }) =>
    Array.from({ length: Number(values.seeds) }, (_, i) => ({
      program: name,
      seed: i + 1,
      tools: i < peerSeeds ? names : names.filter((tool) => tool === ours.name),
    })),
  ),
].filter(({ program, tools }) => program.includes(values.only) && tools.length > 0)

const recorded = new Map(read().map((record) => [keyOf(record), record]))
const open = tasks
  .map((task) => {
    const known = recorded.get(keyOf(task))
    return {
      ...task,
      tools: task.tools.filter((tool) => !known?.verdicts[tool]),
      harmKnown: known?.harm !== undefined,
    }
  })
  .filter(({ tools }) => tools.length > 0)
console.log(
  `${tasks.length} runs of ${faulty.length} faulty and ${healthy.length} healthy programs, ${open.length} to go`,
)

let done = 0
function report(record: TaskRecord): void {
  append(record)
  done++
  const { verdicts, harm } = record
  const verdict = verdicts[ours.name]
  const mark = harm && !harm.hurts ? 'harmless' : verdict?.detected ? 'alarm' : 'silent'
  const named = verdict?.causes.flat().slice(0, 3).join(', ') ?? ''
  const seconds = Object.values(verdicts).reduce((sum, { seconds }) => sum + seconds, 0)
  console.log(`${done}/${open.length} ${keyOf(record)}: ${mark} ${named} (${seconds.toFixed(1)} s)`)
}

/** What is recorded of a task that killed its process, or never ended. */
function lost({ program, seed, tools }: Task, reason: string): TaskRecord {
  const verdict = { detected: true, causes: [], said: [reason], seconds: Number.NaN }
  return { program, seed, verdicts: Object.fromEntries(tools.map((tool) => [tool, verdict])), leaked: 0 }
}

function startWorker(): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'worker.js'))
    let task: Task | undefined
    let timer: NodeJS.Timeout | undefined
    const next = () => {
      task = open.shift()
      if (!task) {
        child.kill()
        return resolve()
      }
      timer = setTimeout(() => child.kill('SIGKILL'), patience)
      child.send(task)
    }
    child.on('message', (message: TaskRecord | string) => {
      clearTimeout(timer)
      if (typeof message !== 'string') report(message)
      next()
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (!task) return
      report(lost(task, `the process ended with ${code ?? signal}`))
      resolve(startWorker())
    })
  })
}

await Promise.all(Array.from({ length: Number(values.workers) }, startWorker))

const records = read()
const wanted = new Set(tasks.map(keyOf))
const summary = summarise(
  records.filter((record) => wanted.has(keyOf(record))),
  faulty,
  [ours, ...peers].filter(({ name }) => names.includes(name)),
)
const page = calibrationPage(summary)
console.log(`\n${page}`)
if (values.only === '' && !values.tools) {
  writeFileSync('docs/calibration.md', page)
  writeFileSync('docs/calibration.json', `${JSON.stringify(summary.records)}\n`)
}
