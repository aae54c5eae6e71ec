import type { Comparison } from './comparison.js'
import type { MovedBetween } from './content.js'

/** Why weights may have moved, the most telling first. The shares are those measured in docs/weight-image.md. */
export function likelyCausesOfWeights(
  comparison: Comparison,
  { before, after, largest }: MovedBetween,
): string[] {
  const causes = otherBackend(before, after)
  if (comparison.by === 'shape') {
    return ['the layer has another shape: kernel size, number of filters or units, or input', ...causes]
  }
  if (comparison.by !== 'values') {
    return [
      ...causes,
      'another seed, initialiser, layer, learning rate, number of steps, or data in another order',
    ]
  }
  const { cosine } = comparison
  const change = comparison.largest.change / largest
  if (!(Math.abs(cosine) >= 0.5)) {
    causes.push('hardly anything in common: another seed, initialiser or layer')
  } else if (cosine < 0.999) {
    causes.push(
      'the same start, trained otherwise: activation, loss, optimizer, learning rate, steps or data',
    )
  } else {
    causes.push(
      'the same filters, moved a little: learning rate, number of steps, batch size, or order of the data',
    )
    if (change < 0.005)
      causes.push('or another CPU or thread count after many steps: train for 50 at most, or raise atol')
  }
  return causes
}

/** Said where baseline and run were computed by different backends. */
export function otherBackend(before: string, after: string): string[] {
  if (before === after) return []
  return [
    `the baseline was recorded on the ${before} backend, this run used ${after}: keep one each with perBackend`,
  ]
}
