import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The project's copy of @tensorflow/tfjs-node. */
export interface TfjsNodePackage {
  folder: string
  version: string
  /** The Node-API version its addon is built for in this Node; names the folder `lib/napi-v8`. */
  napiVersion: number
}

interface Manifest {
  version: string
  binary?: { napi_versions?: number[] }
}

/** Finds the package as the project's own code would; `undefined` when it is not installed. */
export function findTfjsNode(
  projectRoot: string,
  name = '@tensorflow/tfjs-node',
): TfjsNodePackage | undefined {
  const manifest = findManifest(projectRoot, `${name}/package.json`)
  if (!manifest) return undefined
  const { version, binary } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  return { folder: dirname(manifest), version, napiVersion: napiVersionFor(binary?.napi_versions ?? [8]) }
}

export function addonFile({ folder, napiVersion }: TfjsNodePackage): string {
  return join(folder, 'lib', `napi-v${napiVersion}`, 'tfjs_binding.node')
}

function findManifest(projectRoot: string, specifier: string): string | undefined {
  try {
    const path = createRequire(join(projectRoot, 'package.json')).resolve(specifier)
    // A resolution can be remembered from before the package was removed.
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** The newest Node-API that both the package and this Node know, as node-pre-gyp chooses it. */
function napiVersionFor(supported: number[]): number {
  const running = Number(process.versions.napi)
  return Math.max(...supported.filter((version) => version <= running))
}
