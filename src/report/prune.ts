import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pictureFolders } from '../snapshots/content.js'
import { pictureFolder } from '../snapshots/files.js'
import { picturesNamedIn } from '../snapshots/snap-file.js'

export interface SnapshotsOfFile {
  /** Absolute path. */
  testFile: string
  /** Absolute path of its `.snap` file, which may not exist. */
  snapFile: string
  /** Keys in the `.snap` file that no test asked for in this run. */
  obsoleteKeys: ReadonlySet<string>
}

/**
 * The pictures of a test file that no living entry of its `.snap` file names: of tests that are gone, or renamed.
 * An entry that was skipped or filtered out lives. Absolute paths.
 */
export function obsoletePictures({ testFile, snapFile, obsoleteKeys }: SnapshotsOfFile): string[] {
  const pictures = pictureFolders.flatMap((kind) => {
    const folder = pictureFolder(testFile, kind)
    return listFiles(folder)
      .filter((name) => /\.(png|svg)$/.test(name))
      .map((name) => ({ name, path: join(folder, name) }))
  })
  if (pictures.length === 0) return []
  const living = picturesNamedIn(snapFile, obsoleteKeys)
  return pictures.filter(({ name }) => !living.has(name)).map(({ path }) => path)
}

/** Deletes pictures, and the folders that become empty. */
export function removePictures(pictures: readonly string[]): void {
  for (const picture of pictures) rmSync(picture, { force: true })
  for (const folder of new Set(pictures.map(dirname))) {
    removeIfEmpty(folder)
    removeIfEmpty(dirname(folder))
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((item) => item.isFile())
      .map(({ name }) => name)
  } catch {
    return []
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not empty.
  }
}
