import { existsSync } from 'node:fs'
import { compileAddon } from './compile-addon.js'
import { requireCompiler } from './compiler.js'
import { requireDiskSpace } from './disk-space.js'
import { downloadWheel } from './download-wheel.js'
import { formatBytes, type Progress } from './progress.js'
import { findPythonWithPip } from './python.js'
import { removeAbandonedScratch, withScratchFolder } from './scratch-folder.js'
import type { TensorflowRelease } from './tensorflow-release.js'
import type { TfjsNodePackage } from './tfjs-node-package.js'
import { unpackWheel } from './unpack-wheel.js'

export interface CacheContents {
  cache: string
  /** Where the unpacked library belongs, and the compiled addon. */
  tensorflow: string
  addon: string
}

interface Filling {
  projectRoot: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
  progress: Progress
  freeBytes: ((folder: string) => Promise<number>) | undefined
}

/** The wheel, pip's temporary copy of it, and 860 MB unpacked. */
const neededBytes = 1.4e9

export interface Missing {
  library: boolean
  addon: boolean
}

export function missingFrom({ tensorflow, addon }: CacheContents): Missing {
  return { library: !existsSync(tensorflow), addon: !existsSync(addon) }
}

/** Steps that `fillCache` will announce. */
export function stagesFor(missing: Missing): number {
  return (missing.library ? 2 : 0) + (missing.addon ? 1 : 0)
}

/** Brings what is missing into the cache. Asks for every tool first: a download in vain costs minutes. */
export async function fillCache(
  release: TensorflowRelease,
  tfjsNode: TfjsNodePackage,
  contents: CacheContents,
  { projectRoot, env, signal, progress, freeBytes }: Filling,
): Promise<void> {
  const { cache, tensorflow, addon } = contents
  await removeAbandonedScratch(cache)
  const missing = missingFrom(contents)
  if (missing.addon) await requireCompiler(env, signal)
  if (missing.library) {
    const python = await findPythonWithPip(env, signal)
    await requireDiskSpace(cache, neededBytes, freeBytes)
    await withScratchFolder(cache, async (scratch) => {
      const { distribution, version, wheelBytes } = release
      progress.stage(`downloading ${distribution} ${version} (${formatBytes(wheelBytes)}) with pip …`)
      const wheel = await downloadWheel(release, scratch, { python, env, signal, progress })
      progress.stage('unpacking and checking the library …')
      await unpackWheel(wheel, release, scratch, tensorflow, { python, env, signal })
    })
  }
  if (missing.addon) {
    await withScratchFolder(cache, async (scratch) => {
      progress.stage(`compiling the addon of tfjs-node ${tfjsNode.version} (about 20 s) …`)
      await compileAddon(tfjsNode, addon, { projectRoot, tensorflow, scratch, env, signal })
    })
  }
}
