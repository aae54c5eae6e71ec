import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface InstalledPackage {
  directory: string
  version: string
}

/** The copy of a package that code in `folder` would load, or undefined. */
export function installedPackage(name: string, folder: string): InstalledPackage | undefined {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`)
    if (!existsSync(manifest)) return undefined
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    return { directory: dirname(manifest), version }
  } catch {
    return undefined
  }
}
