import { readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { type Import, importsOf, packageFolder, packageName, readCode } from '../imports.js'

/** Code that needs a backend, matchers or seeds of TensorFlow.js. */
const needsIt = /@tensorflow(?:-models)?\/|vitest-recipe|tfjs/
/** They load no TensorFlow.js. */
const harmless = /^(?:vitest|vite|@vitest\/[\w-]+)(?:\/|$)/
/** More than a test of something else has. */
const mostFiles = 300

/**
 * Whether a test file, or what it imports, may use TensorFlow.js: read as text, without running anything. Whatever cannot
 * be told (computed imports, aliases, packages that depend on it) counts as use.
 */
export function usesTensorFlow(files: readonly string[]): boolean {
  const seen = new Set<string>()
  const open = [...files]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    if (!canHoldCode(file)) continue
    const text = seen.size > mostFiles ? undefined : readCode(file)
    if (text === undefined || needsIt.test(text)) return true
    for (const one of importsOf(text, file)) {
      if (mayUseIt(one, file)) return true
      if ('file' in one) open.push(one.file)
    }
  }
  return false
}

const canHoldCode = (file: string) => /\.(?:[mc]?[jt]sx?|json)$/.test(file)

function mayUseIt(one: Import, importer: string): boolean {
  if ('unknown' in one) return true
  return 'package' in one && !harmless.test(one.package) && dependsOnTensorFlow(one.package, importer)
}

/**
 * Of a package, by what it and its dependencies say they depend on. True for what is not found (an alias may lead
 * anywhere), for packages of the same workspace (their own sources may import anything), and for very many.
 */
function dependsOnTensorFlow(specifier: string, importer: string): boolean {
  const seen = new Set<string>()
  const open = [{ name: packageName(specifier), from: dirname(importer), asked: true }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (/^@tensorflow(?:-models)?\/|tfjs/.test(next.name)) return true
    const folder = packageFolder(next.name, next.from)
    // An optional dependency that is not installed is not loaded either.
    if (folder === undefined && !next.asked) continue
    if (folder === undefined || !folder.split(sep).includes('node_modules') || seen.size > mostFiles)
      return true
    if (seen.has(folder)) continue
    seen.add(folder)
    const manifest = readManifest(join(folder, 'package.json'))
    if (manifest === undefined) return true
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
      open.push({ name: dependency, from: folder, asked: false })
  }
  return false
}

function readManifest(
  file: string,
): Record<'dependencies' | 'peerDependencies', object | undefined> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
