/** RGB, each 0–255. */
export type Color = readonly [red: number, green: number, blue: number]

/** Where a value is NaN or infinite: a colour that no map contains. */
export const nonFiniteColor: Color = [255, 0, 255]

/**
 * ColorBrewer's 11-class RdBu (Cynthia Brewer, Mark Harrower, Pennsylvania State University,
 * https://colorbrewer2.org, Apache-2.0), from blue to red, with its middle #f7f7f7 made pure white so that a
 * weight of zero is unmistakable. Of the ColorBrewer diverging maps it has the most symmetric lightness and it
 * is safe for colour-blind readers. Red is positive: the reading that weight pictures have in most papers and
 * tutorials.
 */
const blueToRed: readonly Color[] = [
  [0x05, 0x30, 0x61],
  [0x21, 0x66, 0xac],
  [0x43, 0x93, 0xc3],
  [0x92, 0xc5, 0xde],
  [0xd1, 0xe5, 0xf0],
  [0xff, 0xff, 0xff],
  [0xfd, 0xdb, 0xc7],
  [0xf4, 0xa5, 0x82],
  [0xd6, 0x60, 0x4d],
  [0xb2, 0x18, 0x2b],
  [0x67, 0x00, 0x1f],
]

/** Odd, so that the middle entry is exactly the middle of the range. */
const entries = 257

const divergingTable: readonly Color[] = Array.from({ length: entries }, (_, entry) => {
  const position = (entry / (entries - 1)) * (blueToRed.length - 1)
  const below = Math.min(Math.floor(position), blueToRed.length - 2)
  const share = position - below
  const low = blueToRed[below]!
  const high = blueToRed[below + 1]!
  const mix = (channel: 0 | 1 | 2) => Math.round(low[channel] + share * (high[channel] - low[channel]))
  return [mix(0), mix(1), mix(2)]
})

/** Diverging: 0 → dark blue, 0.5 → white, 1 → dark red. Values outside [0, 1] take the nearest end. */
export function diverging(share: number): Color {
  if (Number.isNaN(share)) return nonFiniteColor
  return divergingTable[Math.round(clamp(share) * (entries - 1))]!
}

/** Greyscale: 0 → black, 1 → white, rounded as torchvision's `save_image` does. */
export function grey(share: number): Color {
  if (Number.isNaN(share)) return nonFiniteColor
  const level = toByte(share)
  return [level, level, level]
}

/** A channel value in [0, 1] to 0–255: `floor(255 · v + 0.5)`, clamped. */
export function toByte(share: number): number {
  return Math.floor(clamp(share) * 255 + 0.5)
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}
