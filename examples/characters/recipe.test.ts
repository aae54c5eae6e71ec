import { describeRecipe } from 'vitest-recipe'
import { loadWindows } from './src/data'
import { createModel } from './src/model'

describeRecipe('the next character', {
  create: () => createModel(),
  train: () => loadWindows(1000, 1),
  validation: () => loadWindows(250, 2),
  causal: { axis: 1 },
  capacities: [1, 8, 32].map((filters) => () => createModel(filters)),
})
