import type { RunnerTestCase } from 'vitest'
import { drawDifference, sideBySide } from '../images/difference.js'
import type { Drawing } from '../images/drawing.js'
import { encodePng } from '../images/png.js'
import { attachmentsFolder } from './attachments-folder.js'
import { writeWithin } from './files.js'
import type { Examined } from './picture-snapshot.js'
import { showPictures } from './viewer.js'

/**
 * Shows this run's numbers in the report and, where there is a baseline to compare them with, both side by side;
 * that composite is also written to the attachments folder. Returns its path. Never throws: pictures explain a
 * failure, they must not replace it.
 */
export async function attachPictures(
  test: RunnerTestCase,
  examined: Examined,
  drawing: Drawing,
): Promise<string | undefined> {
  const { baseline, stored, current, content } = examined
  const title = `${current.picture}: ${content.label}, ${examined.outcome.kind}`
  if (baseline === undefined || stored.state !== 'present' || examined.outcome.kind === 'foreign-picture') {
    await showPictures(test, title, { actual: drawing.draw(content.values) })
    return undefined
  }
  const comparable = stored.exact?.shape.join() === content.shape.join()
  const { min, max } = baseline.fingerprint
  const before = {
    picture: stored.picture,
    range: [min, max] as const,
    ...(comparable && { values: stored.exact!.values }),
  }
  const drawn = drawDifference(before, content.values, drawing)
  const composite = sideBySide([drawn.before, drawn.after, ...(drawn.change ? [drawn.change] : [])])
  await showPictures(test, title, { reference: drawn.before, actual: drawn.after, difference: composite })
  try {
    const name = current.picture.replace(/\.png$/, '-difference.png')
    return writeWithin(attachmentsFolder(test), name, encodePng(composite))
  } catch {
    return undefined
  }
}
