const peak = 0.1
const warmUp = 50

/** The learning rate of a step, counted from 1: it rises to its peak, then falls with the square root of the step. */
export function learningRateAt(step: number): number {
  return peak * Math.min(step / warmUp, Math.sqrt(warmUp / step))
}
