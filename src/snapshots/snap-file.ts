import { readFileSync } from 'node:fs'

/**
 * The file names of all pictures that a `.snap` file names, without those that only entries of the given keys name.
 * Lenient: a line that names a picture keeps it alive also where the rest cannot be read (a merge conflict).
 */
export function picturesNamedIn(snapFile: string, exceptKeys: ReadonlySet<string> = new Set()): Set<string> {
  let text = readIfThere(snapFile).replace(/\r\n?/g, '\n')
  for (const { statement, key } of entriesOf(text))
    if (exceptKeys.has(key)) text = text.replace(statement, () => '')
  return new Set([...text.matchAll(/^picture: (.+\.(?:png|svg))$/gm)].map(([, name]) => name!))
}

/** A `.snap` file is JavaScript; it is read as text, so that nothing in it runs in the reporter's process. */
function entriesOf(text: string): Array<{ statement: string; key: string }> {
  const statements = text.matchAll(/^exports\[`((?:\\.|[^`\\])*)`\] = `(?:\\.|[^`\\])*`;$/gms)
  return [...statements].map(([statement, key]) => ({ statement, key: key!.replace(/\\(.)/gs, '$1') }))
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
