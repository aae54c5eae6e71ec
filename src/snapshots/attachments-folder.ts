import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inject, type RunnerTestCase } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Vitest's `attachmentsDir`, absolute; provided by the plugin. */
    'vitest-recipe:attachments-folder'?: string
  }
}

/**
 * Where pictures of failures go: Vitest's attachments folder, which is never committed, with a folder for the test
 * file. Without the plugin Vitest does not say where it is, and its default is taken.
 */
export function attachmentsFolder({ file }: RunnerTestCase): string {
  const configured = inject('vitest-recipe:attachments-folder')
  return join(
    configured ?? join(rootOf(file), defaultFolder()),
    ...file.name.split(/[\\/]/).filter((part) => part !== '..'),
  )
}

/** The test file's name is its path from the root of the project. */
function rootOf({ filepath, name }: RunnerTestCase['file']): string {
  return filepath.endsWith(name) ? filepath.slice(0, -name.length) : process.cwd()
}

function defaultFolder(): string {
  const { version } = createRequire(import.meta.url)('vitest/package.json') as { version: string }
  return version.startsWith('4.') ? '.vitest-attachments' : join('.vitest', 'attachments')
}
