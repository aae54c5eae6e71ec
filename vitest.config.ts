import { defineConfig } from 'vitest/config'
import recipe from './src/plugin.js'

/** They measure a process, or the classes that are registered in it: each runs in one of its own. */
const alone = [
  'test/memo/*.test.ts',
  'test/parallel/*.test.ts',
  'test/recipe/memory.test.ts',
  'test/training/open.test.ts',
]
/** They are about what is kept. All others do what they test each time. */
const cached = ['test/fixtures/*.test.ts']

export default defineConfig({
  test: {
    // Tests use one thread each.
    maxWorkers: '100%',
    // Packing and installing this package, on a busy machine.
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        plugins: [recipe({ cache: false })],
        test: {
          name: 'shared',
          // TensorFlow.js loads once per worker, not once per file (docs/scaling.md).
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...cached],
        },
      },
      { extends: true, plugins: [recipe({ cache: false })], test: { name: 'alone', include: alone } },
      { extends: true, plugins: [recipe()], test: { name: 'cached', include: cached } },
    ],
  },
})
