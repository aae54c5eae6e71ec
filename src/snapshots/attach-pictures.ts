import type { RunnerTestCase } from 'vitest'
import { drawDifference, sideBySide } from '../images/difference.js'
import { type Drawing, isVector, type VectorDrawing } from '../images/drawing.js'
import { encodePng } from '../images/png.js'
import { attachmentsFolder } from './attachments-folder.js'
import type { Baseline } from './entry.js'
import { writeWithin } from './files.js'
import type { StoredPicture } from './outcome.js'
import type { Examined } from './picture-snapshot.js'
import { type Comparison, showPictures } from './viewer.js'

/**
 * Shows this run's numbers in the report and, where there is a baseline to compare them with, both side by side (of
 * figures both on the same axes); that is also written to the attachments folder. Returns its path. Never throws:
 * pictures explain a failure, they must not replace it.
 */
export async function attachPictures(
  test: RunnerTestCase,
  examined: Examined,
  drawing: Drawing | VectorDrawing,
): Promise<string | undefined> {
  const { baseline, stored, current, content } = examined
  const title = `${current.picture}: ${content.label}, ${examined.outcome.kind}`
  const compared =
    baseline !== undefined && stored.state === 'present' && examined.outcome.kind !== 'foreign-picture'
      ? isVector(drawing)
        ? compareFigures(examined, stored, drawing)
        : comparePictures(examined, { baseline, stored }, drawing)
      : { actual: isVector(drawing) ? drawing.svg : drawing.draw(content.values) }
  await showPictures(test, title, compared)
  const { difference } = compared
  if (difference === undefined) return undefined
  const bytes = typeof difference === 'string' ? Buffer.from(difference) : encodePng(difference)
  try {
    const name = current.picture.replace(/(\.\w+)$/, '-difference$1')
    return writeWithin(attachmentsFolder(test), name, bytes)
  } catch {
    return undefined
  }
}

type Present = StoredPicture & { state: 'present' }

function comparePictures(
  { content }: Examined,
  { baseline, stored }: { baseline: Baseline; stored: Present },
  drawing: Drawing,
): Comparison {
  if (typeof stored.picture === 'string') return { actual: drawing.draw(content.values) }
  const comparable = stored.exact?.shape.join() === content.shape.join()
  const { min, max } = baseline.fingerprint
  const before = {
    picture: stored.picture,
    range: [min, max] as const,
    ...(comparable && { values: stored.exact!.values }),
  }
  const drawn = drawDifference(before, content.values, drawing)
  const composite = sideBySide([drawn.before, drawn.after, ...(drawn.change ? [drawn.change] : [])])
  return { reference: drawn.before, actual: drawn.after, difference: composite }
}

function compareFigures(
  { content }: Examined,
  stored: Present,
  { svg, drawOver }: VectorDrawing,
): Comparison {
  if (typeof stored.picture !== 'string') return { actual: svg }
  const { exact, picture } = stored
  const comparable = exact !== undefined && exact.values.length === content.values.length
  return {
    reference: picture,
    actual: svg,
    ...(comparable && drawOver && { difference: drawOver(exact.values) }),
  }
}
