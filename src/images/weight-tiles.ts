import type { Tiles } from './picture.js'

/** One weight tensor as plain numbers. */
export interface WeightValues {
  shape: readonly number[]
  /** In TensorFlow.js order, last axis fastest. */
  values: Float32Array
  /** The layer's class (`Conv2D`, `Dense`, `Embedding` …) where it is known. */
  className?: string
  /** What the layer sees, without the batch axis: [height, width, channels] when it is an image, or [features]. */
  inputShape?: readonly number[]
}

/** Weights arranged as tiles, and how to read them. */
export interface FilterTiles {
  tiles: Tiles
  /** Tiles per row that suits this arrangement. */
  nrow: number
  /** One sentence for the reader: what a tile, a row and a column stand for, and what was left out. */
  legend: string
}
