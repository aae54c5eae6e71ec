import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { type Import, importsOf, isFile, packageFolder, packageName } from '../imports.js'

/** Why code cannot be told by its files, for people. */
export class UntoldCodeError extends Error {
  override name = 'UntoldCodeError'
}

/** What package managers write down of what they have installed, next to package.json. */
const lockFiles = [
  'node_modules/.package-lock.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
]

/** This package, of which every result depends on all files (`surroundingsOf`). */
const ours = /^vitest-recipe(?:\/|$)/

/**
 * A digest of code: the text of files and of all that they import from the project, and the packages that are installed.
 * Throws `UntoldCodeError` where an import leads nobody knows where.
 */
export function digestOfCode(files: readonly string[]): string {
  const hash = createHash('sha256')
  const base = dirname(files[0]!)
  const seen = new Set<string>()
  const open = [...files]
  for (let file = open.shift(); file !== undefined; file = open.shift()) {
    if (seen.has(file)) continue
    seen.add(file)
    const bytes = bytesOf(file)
    hash.update(`${relative(base, file)} ${bytes.length} `).update(bytes)
    for (const one of importsOf(bytes.toString(), file)) {
      if ('file' in one) open.push(one.file)
      else if (!('package' in one) || !ours.test(one.package)) hash.update(packageOf(one, file))
    }
  }
  for (const lockFile of lockFilesAbove(base)) hash.update(readFileSync(lockFile))
  return hash.digest('hex')
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    throw new UntoldCodeError(`${file}, which cannot be read`)
  }
}

/** An installed package by its version. */
function packageOf(one: Exclude<Import, { file: string }>, importer: string): string {
  const specifier = 'unknown' in one ? one.unknown : one.package
  const folder = 'unknown' in one ? undefined : packageFolder(packageName(specifier), dirname(importer))
  if (!folder?.split(sep).includes('node_modules'))
    throw new UntoldCodeError(
      'unknown' in one && !/^\.\.?(?:\/|$)/.test(specifier)
        ? `${importer}, where ${specifier}… loads nobody knows what`
        : `${importer}, which imports ${specifier}: no file and no installed package`,
    )
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return `${name} ${version};`
}

/** In all of them: a package of a workspace may have one of its own that nobody uses any more. */
function lockFilesAbove(folder: string): string[] {
  const found = lockFiles.map((name) => join(folder, name)).filter(isFile)
  return dirname(folder) === folder ? found : [...found, ...lockFilesAbove(dirname(folder))]
}
