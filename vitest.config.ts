import { defineConfig } from 'vitest/config'
import recipe from './src/plugin.js'

export default defineConfig({
  plugins: [recipe()],
  test: {
    include: ['test/**/*.test.ts'],
  },
})
