import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface VitestConfig {
  file: string
  /** Whether it mentions the plugin. */
  hasPlugin: boolean
  /** `threads` or `vmThreads`, if it asks for worker threads. */
  threadPool: string | undefined
}

const extensions = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']

/** Reads the configuration as text: running a user's configuration only to look at it could do anything. */
export function findVitestConfig(root: string): VitestConfig | undefined {
  const file = ['vitest.config', 'vite.config']
    .flatMap((name) => extensions.map((extension) => join(root, `${name}.${extension}`)))
    .find((path) => existsSync(path))
  if (!file) return undefined
  const text = readFileSync(file, 'utf8')
  return {
    file: basename(file),
    // Within this package's own repository the plugin is imported from its source.
    hasPlugin: /vitest-recipe\/plugin|src\/plugin/.test(text),
    threadPool: /pool:\s*['"](threads|vmThreads)['"]/.exec(text)?.[1],
  }
}
