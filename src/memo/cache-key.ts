import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { digestOfCode, UntoldCodeError } from './code-digest.js'
import { digestOf, OpaqueError } from './content.js'
import { type AnyFunction, cacheKeyOf, setCacheKey } from './function-keys.js'

/** What tells a function from others: whatever its outcome depends on, besides what it is called with. */
export interface CacheKey {
  /**
   * Where its code is, usually `import.meta.url`: URLs or absolute paths of files. They and all that they import from the
   * project are compared by their text, packages by what is installed.
   */
  code: string | readonly string[]
  /**
   * Everything else: settings that it closes over or is bound to, environment variables, what it reads from files or
   * starts as a worker. Numbers, strings, booleans, tensors, and plain objects and arrays of such; `{}` where there is
   * nothing else.
   */
  values: Readonly<Record<string, unknown>>
}

/**
 * The same function with a key, by which what it trains is shared by tests, files and runs although it is code of your own
 * (a training loop, a custom layer or loss, `augment`, `schedule`): the same code, the same values and the same first
 * weights are the same training. Throws `InvalidArgumentError` where files are missing, or import what cannot be followed.
 */
export function withCacheKey<Function extends AnyFunction>(fn: Function, key: CacheKey): Function {
  if (typeof fn !== 'function') throw new InvalidArgumentError('fn', describe(fn), 'a function')
  const keyed = function (this: unknown, ...args: unknown[]) {
    return fn.apply(this, args as never[])
  } as AnyFunction as Function
  Object.defineProperties(keyed, Object.getOwnPropertyDescriptors(fn))
  setCacheKey(keyed, `${digestOfKey(key)} ${digestOf([cacheKeyOf(fn), fn.name, String(fn)])}`)
  return keyed
}

function digestOfKey(key: CacheKey): string {
  const { code, values } = (key ?? {}) as Partial<CacheKey>
  return `${digestOfFiles(code)} ${digestOfValues(values)}`
}

function digestOfFiles(code: unknown): string {
  const files = (Array.isArray(code) ? code : [code]).map(pathOf)
  if (files.length === 0) throw new InvalidArgumentError('key.code', 'no files', wantedFiles)
  try {
    return digestOfCode(files)
  } catch (error) {
    if (!(error instanceof UntoldCodeError)) throw error
    throw new InvalidArgumentError('key.code', error.message, followed)
  }
}

const wantedFiles = 'import.meta.url, or URLs or absolute paths of files'
const followed =
  "imports that are written out, of files ('./layers.js') and installed packages: what looks like one in a text or comment counts, too. Without a key it is trained each time"

function pathOf(file: unknown): string {
  if (typeof file === 'string' && file.startsWith('file:///')) return fileURLToPath(file)
  if (typeof file === 'string' && isAbsolute(file)) return file
  throw new InvalidArgumentError('key.code', describe(file), wantedFiles)
}

function digestOfValues(values: unknown): string {
  const wanted = 'an object of numbers, strings, booleans and tensors; {} for nothing but the code'
  if (typeof values !== 'object' || values === null)
    throw new InvalidArgumentError('key.values', describe(values), wanted)
  try {
    return digestOf(values)
  } catch (error) {
    const { message } = error as Error
    const given = error instanceof OpaqueError ? message : `what cannot be read (${message})`
    throw new InvalidArgumentError('key.values', given, wanted)
  }
}
