import type { RunnerTestCase } from 'vitest'
import { drawDifference, sideBySide } from '../images/difference.js'
import { encodePng } from '../images/png.js'
import { drawWeights, type WeightPictureOptions } from '../images/weight-picture.js'
import { attachmentsFolder } from './attachments-folder.js'
import { writeWithin } from './files.js'
import { showPictures } from './viewer.js'
import { type Examined, largestOf } from './weight-snapshot.js'
import type { Weights } from './weights.js'

/**
 * Shows this run's weights in the report and, where there is a baseline to compare them with, both side by side;
 * that composite is also written to the attachments folder. Returns its path. Never throws: pictures explain a
 * failure, they must not replace it.
 */
export async function attachPictures(
  test: RunnerTestCase,
  weights: Weights,
  examined: Examined,
  options: WeightPictureOptions,
): Promise<string | undefined> {
  const { baseline, stored, current } = examined
  const title = `${current.picture}: ${current.fingerprint.label}, ${examined.outcome.kind}`
  if (baseline === undefined || stored.state !== 'present' || examined.outcome.kind === 'foreign-picture') {
    await showPictures(test, title, { actual: drawWeights(weights, options).picture })
    return undefined
  }
  const exact = stored.exact && { ...weights, ...stored.exact }
  const before = { picture: stored.picture, weights: exact, largest: largestOf(baseline) }
  const drawn = drawDifference(before, weights, options)
  const composite = sideBySide([drawn.before, drawn.after, ...(drawn.change ? [drawn.change] : [])])
  await showPictures(test, title, { reference: drawn.before, actual: drawn.after, difference: composite })
  try {
    const name = current.picture.replace(/\.png$/, '-difference.png')
    return writeWithin(attachmentsFolder(test), name, encodePng(composite))
  } catch {
    return undefined
  }
}
