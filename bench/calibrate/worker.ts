import * as tf from '@tensorflow/tfjs'
import { harmOf } from '../../fixtures/zoo/harm.js'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { selectBackend } from '../../src/backend/select.js'
import { peers } from '../peers/index.js'
import { ours } from './ours.js'
import type { Task, TaskRecord } from './records.js'
import type { Verdict } from './tool.js'

const { why } = await selectBackend({ backend: 'auto', root: process.cwd() })
const tools = new Map([ours, ...peers].map((tool) => [tool.name, tool]))

async function work({ program: name, seed, tools: wanted, harmKnown }: Task): Promise<TaskRecord> {
  const fault = faulty.find((program) => program.name === name)
  const program = fault ?? healthy.find((program) => program.name === name)!
  const before = tf.memory().numTensors
  const verdicts: Record<string, Verdict> = {}
  for (const tool of wanted) verdicts[tool] = await tools.get(tool)!.examine(program, seed)
  const leaked = tf.memory().numTensors - before
  return { program: name, seed, verdicts, leaked, ...(fault && !harmKnown && { harm: await harmOf(fault) }) }
}

process.on('message', (task: Task) => {
  work(task).then(
    (record) => process.send!(record),
    (error: Error) => {
      console.error(`${task.program} @ ${task.seed}: ${error.stack ?? error}`)
      process.exit(1)
    },
  )
})
process.send!(why)
