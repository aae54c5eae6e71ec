import { createHash } from 'node:crypto'
import { InvalidArgumentError } from '../errors.js'

const mostCharacters = 80
/** File systems count bytes (255 in one name); eighty Chinese characters are 240 of them. */
const mostBytes = 180
/** Names that Windows keeps for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i

/**
 * A file name (without extension) for a picture: letters and digits of any script, `-`, `_` and inner dots are
 * kept, everything else, also `/`, `\` and `..`, becomes `-`. Where something was lost or cut to 80 characters
 * (180 bytes), six hexadecimal digits of a hash of the whole name follow, so that different names stay different.
 * Throws `InvalidArgumentError` for an empty name.
 */
export function pictureName(name: string): string {
  const given = name.normalize('NFC')
  if (given.trim() === '')
    throw new InvalidArgumentError('name', JSON.stringify(name), 'a name with a visible character')
  const kept = given
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
  const short = cut(kept)
  if (short === given && !reserved.test(short)) return short
  const hash = createHash('sha256').update(given).digest('hex').slice(0, 6)
  return short === '' ? hash : `${short}-${hash}`
}

function cut(name: string): string {
  let short = ''
  for (const character of [...name].slice(0, mostCharacters)) {
    if (Buffer.byteLength(short + character) > mostBytes) break
    short += character
  }
  return short.replace(/[.-]+$/, '')
}
