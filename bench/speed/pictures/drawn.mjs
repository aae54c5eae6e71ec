import { addExactValues } from '../../../dist/images/exact-values.js'
import { encodePng } from '../../../dist/images/png.js'
import { fingerprintOf } from '../../../dist/snapshots/fingerprint.js'

/** What a snapshot keeps: the fingerprint of the numbers, and the picture with the numbers inside, or the SVG text. */
export function drawn({ content, drawing }) {
  const fingerprint = fingerprintOf(content)
  if (drawing.svg) return { fingerprint, picture: Buffer.from(drawing.svg) }
  const { shape, values, kind } = content
  const png = encodePng(drawing.draw(values))
  return { fingerprint, picture: addExactValues(png, shape, values, kind.mostExactBytes) }
}
