import { readFileSync } from 'node:fs'
import { parseEntry } from './entry.js'

/** The file names of all pictures that a `.snap` file names, without those of the given keys. */
export function picturesNamedIn(snapFile: string, exceptKeys: ReadonlySet<string> = new Set()): Set<string> {
  const pictures = readEntries(snapFile)
    .filter(({ key }) => !exceptKeys.has(key))
    .flatMap(({ text }) => parseEntry(text) ?? [])
    .map(({ picture }) => picture)
  return new Set(pictures)
}

/** A `.snap` file is JavaScript; it is read as text, so that nothing in it runs in the reporter's process. */
function readEntries(snapFile: string): Array<{ key: string; text: string }> {
  const template = '`((?:\\\\[^]|[^`\\\\])*)`'
  const statement = new RegExp(`^exports\\[${template}\\] = ${template};$`, 'gm')
  return [...readIfThere(snapFile).matchAll(statement)].map(([, key, text]) => ({
    key: unescape(key!),
    text: unescape(text!),
  }))
}

function unescape(template: string): string {
  return template.replace(/\r\n?/g, '\n').replace(/\\([^])/g, '$1')
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
