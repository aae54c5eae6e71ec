import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { headersFolder, librariesFolder } from './cache-folder.js'
import { InstallProblem } from './install-problem.js'
import { addonFile, type TfjsNodePackage } from './tfjs-node-package.js'

/**
 * Gives the package in node_modules its native half: links to the libraries in the cache and a copy of the
 * addon. (A link to the addon would not do: it looks for the libraries relative to where it really lies.)
 * Each part is made beside its place and renamed, so that tests running meanwhile see the old or the new one.
 */
export async function linkPackage(
  tfjsNode: TfjsNodePackage,
  tensorflow: string,
  addon: string,
): Promise<void> {
  const suffix = randomUUID().slice(0, 8)
  const deps = join(tfjsNode.folder, 'deps')
  const newDeps = `${deps}.${suffix}`
  const oldDeps = `${deps}.${suffix}.old`
  const target = addonFile(tfjsNode)
  const newAddon = `${target}.${suffix}`
  try {
    await mkdir(newDeps)
    await symlink(librariesFolder(tensorflow), join(newDeps, 'lib'))
    await symlink(headersFolder(tensorflow), join(newDeps, 'include'))
    await mkdir(dirname(target), { recursive: true })
    await copyFile(addon, newAddon)
    await chmod(newAddon, 0o755)

    await rename(deps, oldDeps).catch(ignoreMissing)
    await rename(newDeps, deps)
    await rename(newAddon, target)
  } catch (error) {
    throw unwritable(tfjsNode.folder, error as NodeJS.ErrnoException)
  } finally {
    for (const leftover of [newDeps, oldDeps, newAddon]) {
      await rm(leftover, { recursive: true, force: true }).catch(() => undefined) // what failed above is told
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function unwritable(folder: string, error: NodeJS.ErrnoException): Error {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(error.code ?? '')) return error
  return new InstallProblem(
    `${folder} cannot be written (${error.code}).`,
    folder.includes('.zip')
      ? 'Yarn keeps the package in an archive. Unpack it: yarn unplug @tensorflow/tfjs-node'
      : `Give it back to yourself: sudo chown -R "$(id -u)" "${folder}"`,
    { cause: error },
  )
}
