import { createRequire } from 'node:module'

/** This package's version; the manifest lies one folder above both src and dist. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version
}
