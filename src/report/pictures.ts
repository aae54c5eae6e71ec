import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestCase } from 'vitest/node'

/** A picture for the report, as base64. */
export interface ReportPicture {
  /** What it shows. */
  title: string
  test: string
  actual: EmbeddedImage
  /** Of a snapshot that differs. */
  reference?: EmbeddedImage
  difference?: EmbeddedImage
}

export interface EmbeddedImage {
  type: 'image/png' | 'image/svg+xml'
  base64: string
  width?: number
  height?: number
}

interface Attachment {
  name?: string
  contentType?: string
  body?: unknown
  width?: number
  height?: number
}

/** Larger files are not embedded. */
const mostBytes = 2 * 1024 * 1024

/** Pictures that a test attached: comparisons of snapshots, and figures. */
export function attachedPictures(test: TestCase): ReportPicture[] {
  const comparisons = test.artifacts().flatMap((artifact) => {
    const {
      type,
      message,
      attachments = [],
    } = artifact as {
      type: string
      message?: string
      attachments?: Attachment[]
    }
    if (type !== 'internal:toMatchScreenshot') return []
    const named = (name: string) => embedded(attachments.find((one) => one.name === name))
    const [actual, reference, difference] = [named('actual'), named('reference'), named('diff')]
    if (!actual) return []
    return [
      {
        title: message ?? test.name,
        test: test.fullName,
        actual,
        ...(reference && { reference }),
        ...(difference && { difference }),
      },
    ]
  })
  const annotated = test.annotations().flatMap(({ message, attachment }) => {
    const actual = embedded(attachment)
    return actual ? [{ title: message, test: test.fullName, actual }] : []
  })
  return [...comparisons, ...annotated]
}

function embedded({ contentType, body, width, height }: Attachment = {}): EmbeddedImage | undefined {
  if (contentType !== 'image/png' && contentType !== 'image/svg+xml') return undefined
  if (typeof body !== 'string' || body.length > (4 / 3) * mostBytes || !/^[A-Za-z0-9+/=]*$/.test(body))
    return undefined
  return { type: contentType, base64: body, ...(width && { width }), ...(height && { height }) }
}

/** The picture of a snapshot that matched, from beside its test; undefined where it is not there. */
export function storedPicture(root: string, path: string): EmbeddedImage | undefined {
  try {
    const file = join(root, path)
    if (statSync(file).size > mostBytes) return undefined
    const bytes = readFileSync(file)
    const base64 = bytes.toString('base64')
    return path.endsWith('.svg')
      ? { type: 'image/svg+xml', base64 }
      : { type: 'image/png', base64, ...sizeOf(bytes) }
  } catch {
    return undefined
  }
}

/** Of a PNG, so that the page does not jump while it loads. */
function sizeOf(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}
