/** How the weights of one tensor divide into filters (or units): which filter each weight belongs to. */
export interface FilterAxes {
  /** Number of filters. */
  count: number
  /** The filter of the weight at a flat index. */
  filterOf(flatIndex: number): number
}

/**
 * TensorFlow.js keeps the output axis last ([kh, kw, cin, cout], [in, out]) except in transposed convolutions
 * ([kh, kw, cout, cin]); a depthwise kernel [kh, kw, cin, multiplier] has one filter for each of its last two
 * axes. Of a bias every entry is a filter of its own.
 */
export function filterAxes(shape: readonly number[], className?: string): FilterAxes {
  const last = shape.at(-1) ?? 1
  if (className?.includes('Transpose') && shape.length >= 3) {
    const outputs = shape.at(-2)!
    return { count: outputs, filterOf: (index) => Math.floor(index / last) % outputs }
  }
  if (isDepthwise(shape, className)) {
    const filters = shape[2]! * shape[3]!
    return { count: filters, filterOf: (index) => index % filters }
  }
  return { count: last, filterOf: (index) => index % last }
}

export function isDepthwise(shape: readonly number[], className?: string): boolean {
  return shape.length === 4 && /Depthwise|Separable/.test(className ?? '')
}

/** The position in a tensor of this shape that a flat index stands for. */
export function positionOf(flatIndex: number, shape: readonly number[]): number[] {
  const position: number[] = []
  let rest = flatIndex
  for (const size of shape.toReversed()) {
    position.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return position
}
