import { describeRecipe } from 'vitest-recipe'
import { loadDigits } from './src/data'
import { DigitProgram } from './src/digit-program'

describeRecipe('a training loop written by hand', {
  create: () => new DigitProgram(32),
  train: () => loadDigits('train', 3000),
  validation: () => loadDigits('t10k', 1000),
  capacities: [2, 16, 64].map((units) => () => new DigitProgram(units)),
})
