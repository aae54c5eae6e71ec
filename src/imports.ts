import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const gap = String.raw`(?:\s|/\*(?:(?!\*/)[^])*\*/)*`
const path = String.raw`(?:'([^'\n]+)'|"([^"\n]+)")`
const made = String.raw`createRequire\(import\.meta\.url\)`
const load = String.raw`\b(?:import|require|${made})(?:\?\.)?${gap}\(`
/** A function of any name may load something. */
const otherRequire = String.raw`(?<!\brequire\s*=\s*(?:\w+\.)?)\b(?!${made}${gap}\()createRequire\((?![^\n;]*\)\.resolve\b)`
/** Where a path is computed, nobody knows what is loaded. */
const computedImport = new RegExp(
  String.raw`${load}(?!${gap}${path}${gap}[,)])|\bimport\.meta\.glob|${otherRequire}`,
)
const imported = new RegExp(String.raw`(?:\bfrom|\bimport|${load})${gap}${path}`, 'g')
/**
 * Types may be imported in comments. These are sure to be no part of a string: of lines that all begin as comments do. Code
 * may follow.
 */
const comment =
  /^[^\S\n]*(?:\/\/.*$|\/\*(?:(?!\*\/)[^\n])*(?:\n[^\S\n]*\*(?!\/)(?:(?!\*\/)[^\n])*)*(?:\n[^\S\n]*)?\*\/)/gm
/** Types are gone when it runs. */
const typeImport =
  /^\s*(?:import|export)\s+type\s+(?!from\s*['"])[^'";()]*?\bfrom\s*(?:'[^'\n]+'|"[^"\n]+")/gm
const extensions = [
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
  const text = source.replace(comment, '').replace(typeImport, '')
  const [computed] = text.match(computedImport) ?? []
  const found = [...text.matchAll(imported)]
    .map(([, single, double]) => (single ?? double)!)
    .filter((specifier) => !isBuiltin(specifier))
    .flatMap((specifier) => resolveImport(specifier, file))
  return computed === undefined ? found : [...found, { unknown: computed }]
}

const isCode = (file: string) => /\.[mc]?[jt]sx?$/.test(file)

function resolveImport(specifier: string, importer: string): Import[] {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return [{ package: specifier }]
  const files = filesAt(resolve(dirname(importer), specifier.replace(/\?.*$/, '')))
  return files.length === 0 ? [{ unknown: specifier }] : files.map((file) => ({ file }))
}

/** Several where it depends on settings which of them is loaded; none where nobody can tell. */
function filesAt(path: string): string[] {
  if (isFile(path)) return realCode([path])
  // TypeScript is imported by the names that it will have.
  const sources = /\.[mc]?js$/.test(path) ? ['ts', 'tsx'].map((end) => path.replace(/js$/, end)) : []
  const written = sources.filter(isFile)
  if (written.length > 0) return realCode(written)
  const all = extensions.map((extension) => path + extension).filter(isFile)
  const code = all.filter((file) => !file.endsWith('.d.ts'))
  const found = code.length > 0 ? code : all
  // It may say where the code of its folder is.
  const isPackage =
    isFile(join(path, 'package.json')) && found.every((file) => file.startsWith(join(path, '/')))
  return isPackage ? [] : realCode(found)
}

/** Imports of a linked file begin where it is. */
function realCode(files: readonly string[]): string[] {
  // They have code inside.
  return files.some((file) => /\.(?:vue|svelte|astro)$/.test(file))
    ? []
    : files.map((file) => realpathSync(file))
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
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false
  }
}
