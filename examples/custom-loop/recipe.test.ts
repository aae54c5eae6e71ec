import { describeRecipe, withCacheKey } from 'vitest-recipe'
import { loadDigits } from './src/data'
import { DigitProgram } from './src/digit-program'

/** What a training of it depends on: this file with all that it imports, and the units. Unchanged, it is not trained again. */
const programWith = (units: number) =>
  withCacheKey(() => new DigitProgram(units), { code: import.meta.url, values: { units } })

describeRecipe('a training loop written by hand', {
  create: programWith(32),
  train: () => loadDigits('train', 3000),
  validation: () => loadDigits('t10k', 1000),
  capacities: [2, 16, 64].map(programWith),
})
