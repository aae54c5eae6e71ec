import { formatNumber } from '../figures/number.js'
import type { Cause } from './cause.js'

const listed = (indices: readonly number[]): string =>
  indices.length <= 6
    ? indices.join(', ')
    : `${indices.slice(0, 6).join(', ')} and ${indices.length - 6} more`

const underRandom = (randomWeights: boolean) =>
  randomWeights ? ' (seen with random weights; the initial ones hide it)' : ''

/** Evidence of a prediction that depends on other examples of its batch. */
export function causeOfMixedExamples(
  {
    example,
    dependsOn,
    change,
    gradient,
    randomWeights,
  }: { example: number; dependsOn: number[]; change: number; gradient: number; randomWeights: boolean },
  count: number,
): Cause {
  const others =
    dependsOn.length > 0
      ? `the inputs of example${dependsOn.length > 1 ? 's' : ''} ${listed(dependsOn)} of ${count} each change`
      : `the inputs of the other ${count - 1} examples together change`
  const byGradient = gradient > 0 ? `, and the gradient to them is ${formatNumber(gradient)}` : ''
  return {
    name: 'examples-mixed',
    evidence: `${others} the prediction for example ${example}, by up to ${formatNumber(change)}${byGradient}${underRandom(randomWeights)}`,
    fix: 'let no operation run along the batch axis (axis 0): softmax({ axis: -1 }), normalise over features, transpose instead of reshape; batch normalisation must use its moving statistics in predict()',
  }
}

/** Evidence of an output that depends on inputs after it. */
export function causeOfFutureLeak({
  time,
  source,
  leaks,
  steps,
  change,
  gradient,
  randomWeights,
}: {
  time: number
  source: number
  leaks: number
  steps: number
  change: number
  gradient: number
  randomWeights: boolean
}): Cause {
  const offByOne = source === time + 1
  return {
    name: 'future-leak',
    evidence: `the output at step ${time} changes by ${formatNumber(change)} with the input at step ${source}${gradient > 0 ? ` (gradient ${formatNumber(gradient)})` : ''}; ${leaks} of ${steps} outputs depend on later inputs${underRandom(randomWeights)}`,
    fix: offByOne
      ? "look for an off-by-one first: shift the inputs by one step, mask the diagonal above (j > i), pad convolutions in front only instead of 'same'; no bidirectional layer"
      : "pad convolutions with kernelSize - 1 zeros in front only, then 'valid' (TensorFlow.js 4.22 throws on 'causal'); a mask for attention (j > i at minus infinity), no bidirectional layer and no pooling or normalisation over time",
  }
}

/** Evidence of inputs that nothing depends on. */
export function causeOfIgnoredInputs(ignored: readonly string[], all: number): Cause {
  return {
    name: 'inputs-ignored',
    evidence: `no prediction depends on ${named(ignored)} (${ignored.length} of ${all} looked at): the gradient is exactly 0 and other values change nothing, with the initial and with random weights`,
    fix: 'connect it to the model, or leave it out of the data; look for a slice that is off by one, a multiplication by 0, a mask that hides it, a layer made but not applied',
  }
}

function named(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
}
