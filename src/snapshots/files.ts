import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { numbersOf } from '../figures/svg-numbers.js'
import { readExactValues } from '../images/exact-values.js'
import { decodePng } from '../images/png.js'
import { CorruptPngError } from '../images/png-chunks.js'
import type { PictureFolder } from './content.js'
import type { StoredPicture } from './outcome.js'

/** Larger files are not pictures of ours and are not read into memory. */
const mostBytes = { png: 64 * 1024 * 1024, svg: 4 * 1024 * 1024 }

/** The folder with the pictures of one test file: `__weights__/<test file>/` beside it. */
export function pictureFolder(testFile: string, folder: PictureFolder): string {
  return join(dirname(testFile), folder, basename(testFile))
}

/** Reads a stored picture; a file that cannot be used is a state, not an error. */
export function readPicture(file: string): StoredPicture {
  try {
    const isSvg = file.endsWith('.svg')
    const most = isSvg ? mostBytes.svg : mostBytes.png
    const { size } = statSync(file)
    if (size > most) return { state: 'corrupt', problem: `${size} bytes; at most ${most} are read` }
    const bytes = readFileSync(file)
    return isSvg
      ? readFigure(bytes.toString('utf8'))
      : { state: 'present', picture: decodePng(bytes), exact: readExactValues(bytes) }
  } catch (error) {
    if (error instanceof CorruptPngError) return { state: 'corrupt', problem: error.message }
    const { code, message } = error as NodeJS.ErrnoException
    // ENOTDIR: a file lies where the folder should be; writing there will say so.
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' }
    return { state: 'corrupt', problem: message }
  }
}

/** The line ends of a checkout on Windows are no change. */
function readFigure(text: string): StoredPicture {
  const svg = text.replace(/\r\n?/g, '\n')
  if (!/<svg[\s>]/.test(svg) || !/<\/svg>\s*$/.test(svg))
    return { state: 'corrupt', problem: svg === '' ? 'the file is empty' : 'not a whole SVG file' }
  const values = Float32Array.from(numbersOf(svg).values, (value) => (Number.isFinite(value) ? value : 0))
  return { state: 'present', picture: svg, exact: { shape: [values.length], values } }
}

/**
 * Writes `folder/name`, whole or not at all: into a temporary file first, then renamed over the old one. Makes the
 * folder. Throws one readable error when that fails, and for a name that leads outside the folder; the old file is
 * then as it was.
 */
export function writeWithin(folder: string, name: string, bytes: Uint8Array): string {
  const file = resolve(folder, name)
  if (dirname(file) !== resolve(folder)) {
    throw new Error(`Refused to write ${JSON.stringify(name)}: it lies outside ${shortPath(folder)}`)
  }
  const temporary = join(folder, `.${process.pid}-${basename(file).slice(0, 40)}.tmp`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(temporary, bytes)
    renameSync(temporary, file)
  } catch (error) {
    removeIfThere(temporary)
    const { code, message } = error as NodeJS.ErrnoException
    const reason = writeFailures[code ?? ''] ?? message
    throw new Error(`Cannot write the picture ${shortPath(file)}: ${reason}. Nothing was changed.`, {
      cause: error,
    })
  }
  return file
}

const writeFailures: Record<string, string> = {
  EACCES: 'no permission to write to its folder (EACCES)',
  EPERM: 'no permission to write to its folder (EPERM)',
  EROFS: 'the file system is read-only (EROFS)',
  ENOSPC: 'the disk is full (ENOSPC)',
  ENOTDIR: 'a file lies where its folder should be (ENOTDIR)',
  EEXIST: 'a file lies where its folder should be (EEXIST)',
  ENAMETOOLONG: 'the path is too long for this file system (ENAMETOOLONG)',
}

/** The path from the working directory, as messages print it. */
export function shortPath(file: string): string {
  const short = relative(process.cwd(), file)
  return short.startsWith('..') ? file : short
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // Its folder is not writable or not there: then the temporary file is not there either.
  }
}
