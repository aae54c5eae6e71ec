import type { Rows } from './losses.js'

/** The mean of what several programs predict, output by output; labels and losses are those of the first. */
export function meanPredictions<Output extends { predictions: Rows }>(
  views: readonly (readonly Output[])[],
): Output[] {
  return views[0]!.map((output, o) => {
    const values = new Float64Array(output.predictions.values.length)
    for (const view of views) {
      const { values: own } = view[o]!.predictions
      for (let i = 0; i < values.length; i++) values[i]! += own[i]! / views.length
    }
    return { ...output, predictions: { ...output.predictions, values } }
  })
}
