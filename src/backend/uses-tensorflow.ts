import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'

/** Code that needs a backend, matchers or seeds of TensorFlow.js. */
const needsIt = /@tensorflow(?:-models)?\/|vitest-recipe|tfjs/
/** Where a path is computed, nobody knows what is loaded. */
const computedImport = /\b(?:import|require)\s*\(\s*(?!['"])|\bimport\.meta\.glob/
const imported = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])([^'"\n]+)\1/g
/** They load no TensorFlow.js. */
const harmless = /^(?:vitest|vite|@vitest\/[\w-]+)(?:\/|$)/
const extensions = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.json',
  '/index.ts',
  '/index.js',
]
/** More than a test of something else has. */
const mostFiles = 300
const mostBytes = 2 * 1024 * 1024

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
    const text = seen.size > mostFiles ? undefined : readCode(file)
    if (text === undefined || needsIt.test(text) || computedImport.test(text)) return true
    if (file.endsWith('.json')) continue
    for (const [, , specifier] of text.matchAll(imported)) {
      const found = resolveImport(specifier!, file)
      if (found === 'unknown') return true
      if (found !== undefined) open.push(found)
    }
  }
  return false
}

function readCode(file: string): string | undefined {
  try {
    return statSync(file).size > mostBytes ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** The file to look at next; undefined where there is nothing to look at. */
function resolveImport(specifier: string, importer: string): string | 'unknown' | undefined {
  if (isBuiltin(specifier) || harmless.test(specifier)) return undefined
  if (/^\.\.?(?:\/|$)/.test(specifier))
    return fileAt(resolve(dirname(importer), specifier.replace(/\?.*$/, '')))
  return dependsOnTensorFlow(specifier, importer) ? 'unknown' : undefined
}

function fileAt(path: string): string | 'unknown' | undefined {
  // TypeScript is imported by the names that it will have.
  const paths = /\.[mc]?js$/.test(path)
    ? [path, path.replace(/js$/, 'ts'), path.replace(/js$/, 'tsx')]
    : [path]
  const found = paths.flatMap((one) => extensions.map((extension) => one + extension)).find(isFile)
  if (found === undefined) return 'unknown'
  if (/\.(?:vue|svelte|astro)$/.test(found)) return 'unknown'
  return /\.(?:[mc]?[jt]sx?|json)$/.test(found) ? found : undefined
}

/**
 * Of a package, by what it and its dependencies say they depend on. True for what is not found (an alias may lead
 * anywhere), for packages of the same workspace (their own sources may import anything), and for very many.
 */
function dependsOnTensorFlow(specifier: string, importer: string): boolean {
  const [scope, name] = specifier.split('/')
  const seen = new Set<string>()
  const open = [
    { name: scope!.startsWith('@') ? `${scope}/${name}` : scope!, from: dirname(importer), asked: true },
  ]
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

/** The real folder of a package, as Node would find it. */
function packageFolder(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return realpathSync(found)
    if (dirname(folder) === folder) return undefined
  }
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

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
