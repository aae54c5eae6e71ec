import { arrayKernel } from './array-kernel.js'
import { replaceKernel } from './replace-kernel.js'

/**
 * Gives `wasm` the sum of rows by segment, which is the gradient of `tf.gather` and so of an embedding layer.
 * As on the other backends, rows whose segment is negative or out of range are dropped.
 */
export function registerUnsortedSegmentSum(): void {
  replaceKernel('UnsortedSegmentSum', 'wasm', unsortedSegmentSum)
}

const unsortedSegmentSum = arrayKernel<{ numSegments: number }>(({ x, segmentIds }, { numSegments }) => {
  const { values, dtype } = x!
  const segments = segmentIds!.values
  const rowShape = x!.shape.slice(segmentIds!.shape.length)
  const rowSize = rowShape.reduce((product, length) => product * length, 1)
  const sums =
    dtype === 'int32' ? new Int32Array(numSegments * rowSize) : new Float32Array(numSegments * rowSize)
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row]!
    if (segment < 0 || segment >= numSegments) continue
    for (let i = 0; i < rowSize; i++) sums[segment * rowSize + i]! += values[row * rowSize + i]!
  }
  return { values: sums, shape: [numSegments, ...rowShape], dtype }
})
