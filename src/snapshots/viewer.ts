import { type RunnerTestCase, recordArtifact } from 'vitest'
import type { Picture } from '../images/picture.js'
import { encodePng } from '../images/png.js'
import { attemptOf } from './matcher-state.js'

/** Pixels, or SVG text. */
type Shown = Picture | string

export interface Comparison {
  reference?: Shown
  actual: Shown
  /** `before | after | Δ`, or both on the same axes. */
  difference?: Shown
}

/**
 * Shows pictures in Vitest's UI and HTML report: a comparison in the viewer of its own screenshot matcher, with
 * the tabs Diff, Reference, Actual and Slider. That artifact's name is reserved for Vitest and may change: where it
 * is refused, and for a picture alone, an annotation carries the image. Never fails a test.
 */
export async function showPictures(test: RunnerTestCase, title: string, shown: Comparison): Promise<void> {
  const message = attemptOf(test) === '0.0' ? title : `${title} (attempt ${attemptOf(test)})`
  const { reference, actual, difference } = shown
  if (reference !== undefined && difference !== undefined) {
    const attachments = [
      attachment('reference', reference),
      attachment('actual', actual),
      attachment('diff', difference),
    ]
    const artifact = {
      type: 'internal:toMatchScreenshot',
      kind: 'visual-regression',
      message,
      attachments,
    } as const
    if (await succeeds(() => recordArtifact(test, artifact))) return
  }
  const { body, contentType } = attachment('actual', difference ?? actual)
  await succeeds(() => test.context.annotate(message, { contentType, body }))
}

/** The body as a base64 string: Vitest encodes bytes slowly, and copies files by a name that can collide. */
function attachment<Name extends string>(name: Name, shown: Shown) {
  if (typeof shown === 'string') {
    const [width = 480, height = 260] = ['width', 'height'].map((side) => sideOf(shown, side))
    const body = Buffer.from(shown).toString('base64')
    return { name, width, height, contentType: 'image/svg+xml', body }
  }
  const { width, height } = shown
  return { name, width, height, contentType: 'image/png', body: encodePng(shown).toString('base64') }
}

function sideOf(svg: string, side: string): number | undefined {
  const found = svg.match(/<svg[^>]*>/)?.[0].match(new RegExp(`\\s${side}="(\\d+(?:\\.\\d+)?)`))?.[1]
  return found === undefined ? undefined : Number(found)
}

async function succeeds(show: () => Promise<unknown>): Promise<boolean> {
  try {
    await show()
    return true
  } catch {
    return false
  }
}
