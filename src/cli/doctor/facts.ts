import { realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { threadEnvironment } from '../../backend/environment.js'
import { type PackageManager, packageManagerOf } from '../../backend/install/package-manager.js'
import { locateNativeAddon, type NativeAddon } from '../../backend/locate.js'
import { installedPackage } from '../project-package.js'
import { askBackend } from './ask-backend.js'
import type { BackendAnswer } from './backend-answer.js'
import { type BuildTools, findBuildTools } from './build-tools.js'
import { findVitestConfig, type VitestConfig } from './vitest-config.js'

/** Everything doctor looks at. Gathered once; what is wrong with it is decided elsewhere, from this alone. */
export interface Facts {
  root: string
  node: string
  packageManager: PackageManager
  /** Installed version of each package that matters; undefined when it is not there. */
  versions: Record<PackageName, string | undefined>
  /** Folders of different copies of @tensorflow/tfjs-core that the project's packages would load. */
  coreCopies: string[]
  nativeAddon: NativeAddon | undefined
  backend: BackendAnswer
  cores: number
  /** The settings that native TensorFlow reads when it loads; undefined where the plugin will set its own. */
  threadSettings: Record<string, string | undefined>
  config: VitestConfig | undefined
  /** Looked for only when the native backend has yet to be built. */
  buildTools: BuildTools | undefined
}

export const packageNames = [
  'vitest',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-backend-wasm',
] as const

export type PackageName = (typeof packageNames)[number]

export async function gatherFacts(root: string): Promise<Facts> {
  const nativeAddon = locateNativeAddon(root)
  return {
    root,
    node: process.versions.node,
    packageManager: packageManagerOf(root),
    versions: installedVersions(root),
    coreCopies: coreCopies(root),
    nativeAddon,
    backend: await askBackend(root),
    cores: availableParallelism(),
    threadSettings: Object.fromEntries(
      Object.keys(threadEnvironment).map((name) => [name, process.env[name]]),
    ),
    config: findVitestConfig(root),
    buildTools: nativeAddon?.state === 'ready' ? undefined : await findBuildTools(process.env),
  }
}

function installedVersions(root: string): Facts['versions'] {
  const versions = packageNames.map((name) => [name, installedPackage(name, root)?.version])
  return Object.fromEntries(versions) as Facts['versions']
}

/** Tensors of one copy of the core are strangers to another: `instanceof` fails, kernels are missing. */
function coreCopies(root: string): string[] {
  const users = [...packageNames, '@tensorflow/tfjs-layers'].map(
    (name) => installedPackage(name, root)?.directory,
  )
  const copies = [...users, root]
    .filter((folder) => folder !== undefined)
    .map((folder) => installedPackage('@tensorflow/tfjs-core', folder)?.directory)
    .filter((folder) => folder !== undefined)
    .map((folder) => realpathSync(folder))
  return [...new Set(copies)]
}
