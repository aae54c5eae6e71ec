import { mulberry32 } from '../../src/training/seed.js'

/** Independent standard Gaussian values (Box and Muller, 1958). */
export function gaussianSource(seed: number): () => number {
  const random = mulberry32(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
