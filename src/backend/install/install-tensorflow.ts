import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { requireTfjsNode } from './add-tfjs-node.js'
import { cachedAddon, cacheFolder, tensorflowFolder } from './cache-folder.js'
import { withCacheLock } from './cache-lock.js'
import { type CacheContents, fillCache, missingFrom, stagesFor } from './fill-cache.js'
import { InstallProblem } from './install-problem.js'
import { linkPackage } from './link-package.js'
import { type Progress, terminalProgress } from './progress.js'
import { releaseFor, type TensorflowRelease, thisPlatform } from './tensorflow-release.js'
import { findTfjsNode, type TfjsNodePackage } from './tfjs-node-package.js'
import { verifyAddon } from './verify-addon.js'

export interface InstallOptions {
  /** The project whose tfjs-node gets its native half. Default: the working directory. */
  root?: string
  /** Add @tensorflow/tfjs-node to the project when it is missing. Default: say the command and stop. */
  add?: boolean
  /** Default: the user's cache folder; see `cacheFolder`. */
  cache?: string
  env?: NodeJS.ProcessEnv
  /** Stops the installation cleanly. */
  signal?: AbortSignal
  progress?: Progress
  /** Default: the release for this machine. */
  release?: TensorflowRelease
  /** Free bytes on a folder's disk. */
  freeBytes?: (folder: string) => Promise<number>
}

export interface InstallResult {
  outcome: 'already-working' | 'installed'
  tfjsNode: TfjsNodePackage
  /** The version of the TensorFlow library that answered. */
  tensorflow: string
  seconds: number
}

/**
 * Makes the native backend of the project's tfjs-node work: the TensorFlow library from its Python wheel, the
 * addon compiled against it, both kept in a cache that all the user's checkouts share. Safe to run again and
 * to interrupt.
 * @throws InstallProblem with the advice that mends it; InstallInterrupted when the signal aborts.
 */
export async function installTensorflow(options: InstallOptions = {}): Promise<InstallResult> {
  const started = performance.now()
  const { add = false, env = process.env, signal, freeBytes } = options
  const projectRoot = resolve(options.root ?? process.cwd())
  let stages = 0
  const progress = options.progress ?? terminalProgress(() => stages)
  const finish = (outcome: InstallResult['outcome'], tfjsNode: TfjsNodePackage, tensorflow: string) => ({
    outcome,
    tfjsNode,
    tensorflow,
    seconds: (performance.now() - started) / 1000,
  })

  const present = findTfjsNode(projectRoot)
  const asFound = present && (await verifyAddon(projectRoot, { env, signal }))
  if (asFound?.works) return finish('already-working', present!, asFound.tensorflow)

  const release = options.release ?? releaseFor(thisPlatform())
  if (release.untested)
    progress.note(`untested on this platform (${release.platform}): please report what happens`)
  const tfjsNode = present ?? (await requireTfjsNode(projectRoot, { add, env, signal, progress }))
  const cache = resolve(options.cache ?? cacheFolder(env))
  await makeCache(cache)
  const contents: CacheContents = {
    cache,
    tensorflow: tensorflowFolder(cache, release),
    addon: cachedAddon(cache, release, tfjsNode.version, tfjsNode.napiVersion),
  }
  const fillAndLink = async () => {
    stages += stagesFor(missingFrom(contents)) + 1
    await fillCache(release, tfjsNode, contents, { projectRoot, env, signal, progress, freeBytes })
    progress.stage(`linking ${contents.tensorflow} into the project, checking that it computes …`)
    await linkPackage(tfjsNode, contents.tensorflow, contents.addon)
    return verifyAddon(projectRoot, { env, signal })
  }
  const onWait = (owner: number) => progress.note(`waiting for another installation (process ${owner}) …`)
  return withCacheLock(cache, { signal, onWait }, async () => {
    const fromCache = !missingFrom(contents).addon
    let check = await fillAndLink()
    if (!check.works && fromCache) {
      // Compiled on another system that shares this home folder, or damaged: it costs 20 s to know.
      progress.note(`the addon in the cache does not load here (${check.reason}); compiling it again`)
      await rm(contents.addon, { force: true })
      check = await fillAndLink()
    }
    if (check.works) return finish('installed', tfjsNode, check.tensorflow)
    throw new InstallProblem(
      `The addon was built but does not work: ${check.reason}`,
      `Start over from an empty cache: rm -rf "${cache}" && npx vitest-recipe install-tensorflow`,
    )
  })
}

async function makeCache(cache: string): Promise<void> {
  try {
    await makeFolder(cache)
  } catch (error) {
    throw new InstallProblem(
      `The cache folder ${cache} cannot be made (${(error as NodeJS.ErrnoException).code}).`,
      'Choose another: VITEST_RECIPE_CACHE=/path/to/folder npx vitest-recipe install-tensorflow',
      { cause: error },
    )
  }
}

/**
 * `mkdir -p` one folder at a time: Node's recursive mkdir never returns where the parent exists but refuses new
 * entries with "no such file", as /proc does.
 */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return
  await makeFolder(dirname(folder))
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Another installation was faster.
    if (error.code !== 'EEXIST') throw error
  })
}
