import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'

export default defineConfig({ plugins: [recipe()] })
