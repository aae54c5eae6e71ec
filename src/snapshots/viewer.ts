import { type RunnerTestCase, recordArtifact } from 'vitest'
import type { Picture } from '../images/picture.js'
import { encodePng } from '../images/png.js'
import { attemptOf } from './matcher-state.js'

export interface Comparison {
  reference?: Picture
  actual: Picture
  /** `before | after | Δ` */
  difference?: Picture
}

/**
 * Shows pictures in Vitest's UI and HTML report: a comparison in the viewer of its own screenshot matcher, with
 * the tabs Diff, Reference, Actual and Slider. That artifact's name is reserved for Vitest and may change: where it
 * is refused, and for a picture alone, an annotation carries the image. Never fails a test.
 */
export async function showPictures(test: RunnerTestCase, title: string, shown: Comparison): Promise<void> {
  const message = attemptOf(test) === '0.0' ? title : `${title} (attempt ${attemptOf(test)})`
  const { reference, actual, difference } = shown
  if (reference && difference) {
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
function attachment<Name extends string>(name: Name, picture: Picture) {
  const { width, height } = picture
  return { name, width, height, contentType: 'image/png', body: encodePng(picture).toString('base64') }
}

async function succeeds(show: () => Promise<unknown>): Promise<boolean> {
  try {
    await show()
    return true
  } catch {
    return false
  }
}
