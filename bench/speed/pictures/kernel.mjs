/** A kernel of 2048 filters. */
export const kernel = {
  shape: [3, 3, 64, 2048],
  values: Float32Array.from({ length: 3 * 3 * 64 * 2048 }, (_, i) => Math.sin(i)),
  className: 'Conv2D',
}
