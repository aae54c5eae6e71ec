// The recipe without a test runner: npm run check.
import '@tensorflow/tfjs-node'
import { runRecipe } from 'vitest-recipe/checks'
import { loadCars } from './src/data'
import { createModel } from './src/model'

const { passed, causes } = await runRecipe(
  { create: () => createModel(), ...loadCars() },
  {
    budget: 'quick',
    onResult: ({ status, check, summary }) => console.log(`${status}  ${check}: ${summary}`),
  },
)
for (const { name, evidence, fix } of causes) console.log(`${name}\n  why  ${evidence}\n  try  ${fix}`)
process.exitCode = passed ? 0 : 1
