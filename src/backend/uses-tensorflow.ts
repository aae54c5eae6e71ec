import { existsSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'

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

/** Of a package by its own word; true where it is not found: an alias may lead anywhere. */
function dependsOnTensorFlow(specifier: string, importer: string): boolean {
  const [scope, name] = specifier.split('/')
  const packageName = scope!.startsWith('@') ? `${scope}/${name}` : scope!
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', packageName, 'package.json')
    if (existsSync(manifest)) {
      const { dependencies, peerDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
        string,
        object
      >
      return /@tensorflow|tfjs/.test(JSON.stringify([dependencies, peerDependencies]))
    }
    if (dirname(folder) === folder) return true
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
