import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A module of this package by its path without extension: TypeScript in this repository, JavaScript when built. */
export function ownModule(path: string): string {
  const built = fileURLToPath(new URL(`./${path}.js`, import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL(`./${path}.ts`, import.meta.url))
}
