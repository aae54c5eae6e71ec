import * as tf from '@tensorflow/tfjs'

/** What a pooling gradient kernel is told, for two spatial dimensions or three. */
export interface PoolAttributes {
  filterSize: number | number[]
  strides: number | number[]
  pad: 'same' | 'valid' | number | [number, number][]
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** One pooling window, clipped to the input: half-open ranges, and offsets of its first channel. */
export interface PoolWindow {
  frontFrom: number
  frontTo: number
  topFrom: number
  topTo: number
  leftFrom: number
  leftTo: number
  /** How many input cells the window covers; padding does not count. */
  cells: number
  /** Offset of the window's output cell in the output array. */
  output: number
}

/** A pooling of `[batch, depth, height, width, channels]`; two-dimensional pooling has depth 1. */
export interface PoolGeometry {
  batch: number
  channels: number
  depth: number
  height: number
  width: number
  outShape: number[]
  info: tf.backend_util.Conv3DInfo
}

type Shape5D = [number, number, number, number, number]
type Triple = [number, number, number]

/** The geometry of pooling an NHWC (rank 4) or NDHWC (rank 5) tensor. */
export function poolGeometry(shape: number[], attributes: PoolAttributes): PoolGeometry {
  const info = shape.length === 4 ? info2d(shape, attributes) : info3d(shape, attributes)
  const { batchSize: batch, inChannels: channels, inDepth: depth, inHeight: height, inWidth: width } = info
  return { batch, channels, depth, height, width, outShape: info.outShape, info }
}

function info3d(shape: number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes) {
  return tf.backend_util.computePool3DInfo(
    shape as Shape5D,
    filterSize as Triple,
    strides as Triple,
    1,
    pad as 'same',
    dimRoundingMode,
  )
}

function info2d(shape: number[], attributes: PoolAttributes): tf.backend_util.Conv3DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes
  const flat = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad as 'same',
    dimRoundingMode,
  )
  return {
    ...flat,
    dataFormat: 'channelsLast',
    inDepth: 1,
    outDepth: 1,
    strideDepth: 1,
    filterDepth: 1,
    dilationDepth: 1,
    effectiveFilterDepth: 1,
    padInfo: { ...flat.padInfo, front: 0, back: 0 },
    inShape: [flat.batchSize, 1, flat.inHeight, flat.inWidth, flat.inChannels],
    outShape: flat.outShape as unknown as Shape5D,
    filterShape: [1, ...flat.filterShape],
  }
}

/** Calls `visit` for every window of every image, in memory order. The window object is reused. */
export function forEachWindow(
  { batch, channels, depth, height, width, info }: PoolGeometry,
  visit: (window: PoolWindow, image: number) => void,
): void {
  const { outDepth, outHeight, outWidth, strideDepth, strideHeight, strideWidth, padInfo } = info
  const { effectiveFilterDepth, effectiveFilterHeight, effectiveFilterWidth } = info
  const window: PoolWindow = {
    frontFrom: 0,
    frontTo: 0,
    topFrom: 0,
    topTo: 0,
    leftFrom: 0,
    leftTo: 0,
    cells: 0,
    output: 0,
  }
  for (let image = 0; image < batch; image++) {
    for (let d = 0; d < outDepth; d++) {
      const front = d * strideDepth - padInfo.front
      window.frontFrom = Math.max(0, front)
      window.frontTo = Math.min(depth, front + effectiveFilterDepth)
      for (let y = 0; y < outHeight; y++) {
        const top = y * strideHeight - padInfo.top
        window.topFrom = Math.max(0, top)
        window.topTo = Math.min(height, top + effectiveFilterHeight)
        for (let x = 0; x < outWidth; x++) {
          const left = x * strideWidth - padInfo.left
          window.leftFrom = Math.max(0, left)
          window.leftTo = Math.min(width, left + effectiveFilterWidth)
          window.cells =
            Math.max(0, window.frontTo - window.frontFrom) *
            Math.max(0, window.topTo - window.topFrom) *
            Math.max(0, window.leftTo - window.leftFrom)
          visit(window, image)
          window.output += channels
        }
      }
    }
  }
}
