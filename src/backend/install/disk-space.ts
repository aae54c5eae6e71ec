import { statfs } from 'node:fs/promises'
import { InstallProblem } from './install-problem.js'
import { formatBytes } from './progress.js'

/** Free bytes for an ordinary user on the file system that holds `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Throws when `folder`'s file system has less than `needed` bytes free: better now than with a half-written
 * library in ten minutes.
 */
export async function requireDiskSpace(
  folder: string,
  needed: number,
  measure: (folder: string) => Promise<number> = freeBytes,
): Promise<void> {
  const free = await measure(folder)
  if (free >= needed) return
  throw new InstallProblem(
    `Not enough disk space: ${folder} has ${formatBytes(free)} free, ${formatBytes(needed)} are needed ` +
      '(the download, and the library unpacked from it).',
    'Free some space, or put the cache on another disk: VITEST_RECIPE_CACHE=/path/to/folder npx vitest-recipe install-tensorflow',
  )
}
