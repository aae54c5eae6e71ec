import { defineConfig } from 'vitest/config'
import recipe from '../../../dist/plugin.js'

export default defineConfig({
  plugins: [recipe({ report: false })],
  test: { include: ['snapshot.bench.mjs'] },
})
