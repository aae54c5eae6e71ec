// How often toStopEarly calls patience too short that is not, and toBeatItsMembers a healthy member broken: programs of the
// zoo without a fault, under many seeds.
// npx tsc -p tsconfig.bench.json
// node node_modules/.cache/vitest-recipe/bench/bench/early-stopping-and-ensembles.js [seeds=10] [pattern of names]

import { healthy } from '../fixtures/zoo/healthy.js'
import { disposeData, type Program } from '../fixtures/zoo/program.js'
import { selectBackend } from '../src/backend/select.js'
import { judgeEnsemble } from '../src/checks/squeeze/beats-its-members.js'
import { findBetter, type Look, stopAfter } from '../src/statistics/early-stopping.js'
import { exampleLosses } from '../src/training/example-losses.js'
import { countExamples, disposeExamples, sliceExamples } from '../src/training/examples.js'
import { type OutputView, viewOutputs } from '../src/training/outputs.js'
import { runPlan } from '../src/training/planned-run.js'
import type { Examples, Trainable } from '../src/training/trainable.js'

const [seeds = '10', pattern = ''] = process.argv.slice(2)
await selectBackend({ backend: 'auto', root: process.cwd() })

const [steps, every] = [400, 10]
const patiences = [2, 5, 10]

/** Looks at both halves of the validation examples, while a few examples are learnt by heart. */
async function looksOf(program: Program, seed: number): Promise<[Look[], Look[]]> {
  const { train, validation } = program.data(seed)
  const few = sliceExamples(train, 0, Math.min(150, countExamples(train)))
  const half = Math.floor(countExamples(validation) / 2)
  const halves = [sliceExamples(validation, 0, half), sliceExamples(validation, half, half)]
  const looks: [Look[], Look[]] = [[], []]
  const see = (trained: Trainable, step: number): undefined => {
    for (const [i, part] of halves.entries()) {
      const losses = exampleLosses(viewOutputs(trained, part, 'part'), half)
      if (!losses) throw new Error('a custom loss')
      looks[i as 0 | 1].push({ step, losses, loss: losses.reduce((a, b) => a + b, 0) / half })
    }
  }
  const { batchSize = 32 } = program.recipe ?? {}
  try {
    const plan = { create: program.create, train: few, batchSize }
    const { program: trained } = await runPlan(plan, { seed, steps, look: { every, see } })
    trained.dispose()
    return looks
  } finally {
    for (const one of [...halves, few]) disposeExamples(one)
    disposeData({ train, validation })
  }
}

/** One half decides, the other says whether the decision was right. */
function stopping([seen, others]: [Look[], Look[]], patience: number): string {
  const { best, stop } = stopAfter(seen, patience)
  if (stop === undefined) return 'never stops'
  if (best === 0) return 'never lower'
  const better = findBetter(seen.slice(stop + 1), seen[best]!, 0.01)
  if (!better) return 'passes'
  const after = others[seen.findIndex(({ step }) => step === better.step)]!
  return after.loss < others[best]!.loss ? 'impatient, rightly' : 'impatient, wrongly'
}

async function membersOf(
  program: Program,
  seed: number,
  count: number,
): Promise<[OutputView[][], Examples, () => void]> {
  const data = program.data(seed)
  const views: OutputView[][] = []
  for (let i = 0; i < count; i++) {
    const { program: trained } = await runPlan(
      { create: program.create, train: data.train, batchSize: program.recipe?.batchSize ?? 32 },
      { seed: 100 * seed + i, steps: program.steps },
    )
    views.push(viewOutputs(trained, data.validation, 'validation'))
    trained.dispose()
  }
  return [views, data.validation, () => disposeData(data)]
}

function ensemble(views: OutputView[][], examples: Examples): string {
  const { status, causes, measured } = judgeEnsemble(views, examples)
  if (status !== 'passed') return `${status}: ${causes.map(({ name }) => name).join(', ')}`
  const { ensemble, best, p } = measured
  return `passed, ${ensemble! < best! ? 'better' : 'worse'} than the best${p! < 0.01 ? ', p < 0.01' : ''}`
}

const table = new Map<string, number>()
const count = (key: string) => table.set(key, (table.get(key) ?? 0) + 1)
for (const program of healthy) {
  if (!new RegExp(pattern).test(program.name)) continue
  for (let seed = 1; seed <= Number(seeds); seed++) {
    try {
      const looks = await looksOf(program, seed)
      for (const patience of patiences) count(`stopping, patience ${patience}: ${stopping(looks, patience)}`)
      const [views, examples, dispose] = await membersOf(program, seed, 5)
      for (const size of [2, 3, 5]) count(`${size} members: ${ensemble(views.slice(0, size), examples)}`)
      dispose()
    } catch (error) {
      console.log(`${program.name}: ${(error as Error).message}`)
      break
    }
  }
  console.log(program.name, Object.fromEntries([...table].sort()))
}
