// How often toOverfitTrainingSet and toTrainAsWellAsAdam cry wolf: healthy programs of the zoo under many seeds.
// npx tsc -p tsconfig.bench.json
// node node_modules/.cache/vitest-recipe/bench/bench/whole-runs.js [seeds=10] [pattern of names]

import { healthy } from '../fixtures/zoo/healthy.js'
import { disposeData } from '../fixtures/zoo/program.js'
import { selectBackend } from '../src/backend/select.js'
import { checkOverfitTrainingSet } from '../src/checks/overfit/overfit-training-set.js'
import type { CheckResult } from '../src/checks/result.js'
import { checkTrainsAsWellAsAdam } from '../src/checks/tune/trains-as-well-as-adam.js'
import { MissingInformationError } from '../src/errors.js'

const [seeds = '10', pattern = ''] = process.argv.slice(2)
await selectBackend({ backend: 'auto', root: process.cwd() })

async function resultOf(check: () => Promise<CheckResult>): Promise<CheckResult | string> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof MissingInformationError) return error.message
    throw error
  }
}

const totals = new Map<string, { alarms: number; runs: number; lowest: number }>()
for (const { name, create, data, recipe: { batchSize = 32 } = {} } of healthy) {
  if (!new RegExp(pattern).test(name)) continue
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const { train, validation } = data(seed)
    const options = { seed, batchSize }
    const results = [
      await resultOf(() => checkOverfitTrainingSet(create, train, options)),
      await resultOf(() => checkTrainsAsWellAsAdam(create, train, options)),
    ]
    disposeData({ train, validation })
    for (const result of results) {
      if (typeof result === 'string') {
        if (seed === 1) console.log(`${name}: ${result}`)
        continue
      }
      const total = totals.get(result.check) ?? { alarms: 0, runs: 0, lowest: Infinity }
      totals.set(result.check, total)
      total.runs++
      total.lowest = Math.min(total.lowest, result.measured.progress ?? Infinity)
      if (result.status === 'passed') continue
      total.alarms++
      const causes = result.causes.map((cause) => cause.name).join(', ') || 'no cause'
      console.log(`${name}, seed ${seed}: ${result.check}: ${causes}. ${result.summary}`)
    }
  }
  console.log(`${name} done`)
}
for (const [check, { alarms, runs, lowest }] of totals) {
  console.log(`${check}: ${alarms} alarms in ${runs} runs, least progress ${lowest.toFixed(3)}`)
}
