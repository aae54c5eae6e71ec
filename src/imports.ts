import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** Where a path is computed, nobody knows what is loaded. */
const computedImport = /\b(?:import|require)\s*\(\s*(?!['"])|\bimport\.meta\.glob/
const imported = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])([^'"\n]+)\1/g
/** Types may be imported in comments. */
const commentLine = /^\s*(?:\/\/|\/\*|\*[\s/]).*$/gm
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
  '.d.ts',
  '/index.ts',
  '/index.js',
]
/** More than a file of code has. */
const mostBytes = 2 * 1024 * 1024

/** What an import leads to: a file of the project, a package by its specifier, or nobody can tell. */
export type Import = { file: string } | { package: string } | { unknown: string }

/** The text of a file of code; undefined where it cannot be read, or is too large to be written by hand. */
export function readCode(file: string): string | undefined {
  try {
    return statSync(file).size > mostBytes ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** What a file imports, read as text, without running anything. Modules of Node are left out. */
export function importsOf(source: string, file: string): Import[] {
  if (!isCode(file)) return []
  const text = source.replace(commentLine, '')
  const [computed] = text.match(computedImport) ?? []
  const found = [...text.matchAll(imported)]
    .map(([, , specifier]) => specifier!)
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) => resolveImport(specifier, file))
  return computed === undefined ? found : [...found, { unknown: computed }]
}

const isCode = (file: string) => /\.[mc]?[jt]sx?$/.test(file)

function resolveImport(specifier: string, importer: string): Import {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return { package: specifier }
  const file = fileAt(resolve(dirname(importer), specifier.replace(/\?.*$/, '')))
  return file === undefined ? { unknown: specifier } : { file }
}

function fileAt(path: string): string | undefined {
  // TypeScript is imported by the names that it will have.
  const paths = /\.[mc]?js$/.test(path)
    ? [path, path.replace(/js$/, 'ts'), path.replace(/js$/, 'tsx')]
    : [path]
  const found = paths.flatMap((one) => extensions.map((extension) => one + extension)).find(isFile)
  // They have code inside.
  return found !== undefined && /\.(?:vue|svelte|astro)$/.test(found) ? undefined : found
}

/** The real folder of a package, as Node would find it. */
export function packageFolder(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return realpathSync(found)
    if (dirname(folder) === folder) return undefined
  }
}

/** The name of the package in a specifier such as '@scope/name/part'. */
export function packageName(specifier: string): string {
  const [scope, name] = specifier.split('/')
  return scope!.startsWith('@') ? `${scope}/${name}` : scope!
}

export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
