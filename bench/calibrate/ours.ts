import { disposeData } from '../../fixtures/zoo/program.js'
import { runRecipe } from '../../src/recipe/run-recipe.js'
import type { Tool } from './tool.js'

/** The whole recipe at the default budget. */
export const ours: Tool = {
  name: 'vitest-recipe',
  source: 'this package',
  async examine({ create, data, recipe }, seed) {
    const started = performance.now()
    const { train, validation } = data(seed)
    const { results, causes, passed } = await runRecipe({ create, train, validation, ...recipe }, { seed })
    disposeData({ train, validation })
    const failed = results.filter(({ status }) => status === 'failed')
    return {
      detected: !passed,
      causes: causes.map(({ name }) => [name]),
      said: [
        ...causes.map(({ name, evidence }) => `${name}: ${evidence}`),
        ...failed.map(({ check, summary }) => `${check}: ${summary}`),
      ],
      checks: Object.fromEntries(results.map(({ check, status, seconds }) => [check, { status, seconds }])),
      seconds: (performance.now() - started) / 1000,
    }
  },
}
