import { createRequire } from 'node:module'

/** This package's version; the manifest lies two folders above both src/cli and dist/cli. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version
}
