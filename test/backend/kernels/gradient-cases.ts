import * as tf from '@tensorflow/tfjs'
import { type Forward, spacedValues } from './gradient-error.js'

export interface GradientCase {
  name: string
  shapes: number[][]
  forward: Forward
  /** Where the inputs lie; negative ones find kernels that search a maximum from zero upwards. */
  center?: number
  gap?: number
  /** Settings that native TensorFlow refuses cannot be compared with it. */
  refusedByNative?: boolean
}

type Pad =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]]
export type Pair = [number, number]

export function inputsOf({ shapes, center = 0, gap = 0.01 }: GradientCase): tf.Tensor[] {
  return shapes.map((shape, i) => {
    const size = shape.reduce((product, length) => product * length, 1)
    return tf.tensor(spacedValues(size, { seed: i + 1, center: i === 0 ? center : 0, gap }), shape)
  })
}

const conv2dSettings: [xShape: number[], filter: Pair, strides: number | Pair, pad: Pad][] = [
  [[2, 6, 5, 2], [3, 3], 1, 'valid'],
  [[2, 6, 5, 2], [3, 3], 1, 'same'],
  [[2, 7, 6, 2], [3, 3], 2, 'same'],
  [[2, 7, 6, 2], [3, 3], 2, 'valid'],
  [[1, 8, 7, 1], [2, 3], [2, 1], 'same'],
  [[1, 8, 8, 1], [3, 2], 3, 'valid'],
  [[1, 8, 8, 2], [2, 2], 3, 'same'],
  [[2, 5, 5, 2], [1, 1], 1, 'valid'],
  [[2, 5, 5, 2], [1, 1], 2, 'same'],
  [[1, 5, 5, 2], [3, 3], 1, 1],
  [[1, 5, 5, 1], [2, 2], 1, 2],
  [
    [1, 6, 5, 2],
    [3, 3],
    2,
    [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  ],
  [[2, 4, 4, 1], [4, 4], 1, 'valid'],
  [[1, 3, 3, 1], [5, 5], 1, 'same'],
]

export const named = (op: string, x: number[], filter: unknown, strides: unknown, pad: unknown) =>
  `${op} of ${x.join('x')}, filter ${filter}, strides ${strides}, pad ${pad}`

export const conv2dCases: GradientCase[] = conv2dSettings.map(([xShape, filter, strides, pad]) => ({
  name: named('conv2d', xShape, filter, strides, pad),
  shapes: [xShape, [...filter, xShape[3]!, 3]],
  refusedByNative: typeof pad !== 'string',
  forward: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
}))

export const conv2dTransposeCases: GradientCase[] = [
  { strides: 1, pad: 'valid' as const, out: [1, 6, 7, 2] },
  { strides: 2, pad: 'same' as const, out: [1, 8, 10, 2] },
  { strides: 2, pad: 'valid' as const, out: [1, 9, 11, 2] },
].map(({ strides, pad, out }) => ({
  name: `conv2dTranspose to ${out.join('x')}, strides ${strides}, pad ${pad}`,
  shapes: [
    [1, 4, 5, 3],
    [3, 3, 2, 3],
  ],
  forward: (x, w) =>
    tf.conv2dTranspose(
      x as tf.Tensor4D,
      w as tf.Tensor4D,
      out as [number, number, number, number],
      strides,
      pad,
    ),
}))

export const depthwiseCases: GradientCase[] = conv2dSettings.map(([xShape, filter, strides, pad], i) => ({
  name: named('depthwiseConv2d', xShape, filter, strides, pad),
  shapes: [xShape, [...filter, xShape[3]!, 1 + (i % 3)]],
  refusedByNative: typeof pad !== 'string' || typeof strides !== 'number',
  forward: (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides as number, pad as 'same'),
}))

const gatherSettings: [shape: number[], indices: number[], axis: number][] = [
  [[5, 3], [0, 2, 2, 4, 0, 0], 0],
  [[2, 4, 3], [3, 3, 1], 1],
  [[2, 6], [5, 0, 5], 1],
]

export const gatherCases: GradientCase[] = gatherSettings.map(([shape, indices, axis]) => ({
  name: `gather of ${shape.join('x')} along axis ${axis}, indices ${indices}`,
  shapes: [shape],
  forward: (x) => tf.gather(x, tf.tensor1d(indices, 'int32'), axis),
}))

const conv3dSettings: [
  xShape: number[],
  filter: [number, number, number],
  strides: number,
  pad: 'same' | 'valid',
][] = [
  [[1, 3, 4, 4, 2], [2, 2, 2], 1, 'valid'],
  [[2, 3, 4, 3, 2], [2, 3, 2], 1, 'same'],
  [[1, 4, 4, 5, 1], [2, 2, 3], 2, 'same'],
  [[1, 5, 4, 5, 1], [3, 2, 2], 2, 'valid'],
]

export const conv3dCases: GradientCase[] = conv3dSettings.map(([xShape, filter, strides, pad]) => ({
  name: named('conv3d', xShape, filter, strides, pad),
  shapes: [xShape, [...filter, xShape[4]!, 2]],
  forward: (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, strides, pad),
}))

const dilationSettings: [strides: number, pad: 'same' | 'valid', dilations: number, center: number][] = [
  [1, 'valid', 1, 0],
  [1, 'same', 1, -6],
  [2, 'same', 1, -6],
  [1, 'same', 2, -6],
  [1, 'valid', 2, -6],
]

export const dilation2dCases: GradientCase[] = dilationSettings.map(([strides, pad, dilations, center]) => ({
  name: `dilation2d, strides ${strides}, pad ${pad}, dilations ${dilations}, inputs around ${center}`,
  shapes: [
    [1, 6, 5, 2],
    [2, 2, 2],
  ],
  center,
  gap: 0.05,
  // Uneven offsets per tap keep sums of different taps from tying.
  forward: (x, w) =>
    tf.dilation2d(
      x as tf.Tensor4D,
      tf.add(w, tf.tensor([0, 0, 0.0125, 0.0125, 0.025, 0.025, 0.0375, 0.0375], [2, 2, 2])) as tf.Tensor3D,
      strides,
      pad,
      dilations,
    ),
}))

export const resizeBilinearCases: GradientCase[] = [false, true].map((alignCorners) => ({
  name: `resizeBilinear of 1x3x4x2 to 6x7, alignCorners ${alignCorners}`,
  shapes: [[1, 3, 4, 2]],
  forward: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [6, 7], alignCorners),
}))
