// What every fault of the zoo costs: node node_modules/.cache/vitest-recipe/bench/bench/calibrate/harm.js [part of a name]

import { harmOf, harmSeeds, scoreInUse } from '../../fixtures/zoo/harm.js'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { selectBackend } from '../../src/backend/select.js'

await selectBackend({ backend: 'auto', root: process.cwd() })
const part = process.argv[2] ?? ''
const show = (values: number[]) => values.map((value) => value.toFixed(2).padStart(5)).join(' ')

for (const program of healthy.filter(({ name }) => name.includes(part))) {
  const started = performance.now()
  const values: number[] = []
  for (const seed of harmSeeds) values.push(await scoreInUse(program, seed))
  const seconds = (performance.now() - started) / 1000
  console.log(`healthy  ${show(values)}  ${program.name} (${seconds.toFixed(1)} s)`)
}
for (const program of faulty.filter(({ name }) => name.includes(part))) {
  const { healthy, faulty, lost, hurts } = await harmOf(program)
  const loss = `loses ${(100 * lost).toFixed(0)} %`
  console.log(
    `${hurts ? 'hurts   ' : 'HARMLESS'} ${show(faulty)}  of ${show(healthy)}  ${loss.padEnd(12)} ${program.name}`,
  )
}
