import { describeRecipe } from 'vitest-recipe'
import { loadCars } from './src/data'
import { createModel } from './src/model'

const { train, validation } = loadCars()

describeRecipe('fuel consumption', {
  create: () => createModel(),
  train,
  validation,
  capacities: [1, 8, 64].map((units) => () => createModel(units)),
})
