import { countExamples, disposeExamples, tensorsOf } from './examples.js'
import { openProgram } from './open.js'
import { sampleExamples } from './split.js'
import type { Examples, Subject } from './trainable.js'

/** Weights for each number to be learnt by heart: with fewer, even a sound program may have to average. */
const weightsPerNumber = 4
const fewest = 4
/** Labels of steps are many: a few sequences make a batch. */
const mostSteps = 128
const draws = 10
const fewLabels = 16
const leastVariance = 0.25

/**
 * A batch of at most `most` examples that a program of this size can learn by heart: a linear regression with ten
 * weights takes four examples. Drawn again while all of
 * its labels are the same, or nearly.
 */
export async function overfittableBatch(
  subject: Subject,
  train: Examples,
  { most, seed }: { most: number; seed: number },
): Promise<Examples> {
  const program = await openProgram(subject, seed)
  const weights = Object.values(program.weights()).reduce((sum, { size }) => sum + size, 0)
  program.dispose()
  const count = countExamples(train)
  const numbers = tensorsOf(train.ys).reduce((sum, { size }) => sum + size / count, 0)
  const [inputs] = tensorsOf(train.xs)
  const steps = Math.max(...tensorsOf(train.ys).map(({ shape }) => stepsOf(shape, inputs!.shape)))
  const few = Math.min(Math.floor(weights / (weightsPerNumber * numbers)), Math.floor(mostSteps / steps))
  const size = Math.min(count, most, Math.max(fewest, few))
  // Few labels that happen to be close make a goal of noise.
  const wanted = size < fewLabels ? leastVariance * varianceOf(train.ys) : 0
  for (let draw = 0; ; draw++) {
    const batch = sampleExamples(train, size, seed + 1000 * draw)
    const differs = tensorsOf(batch.ys).some((labels) => differ(labels.dataSync(), size))
    if (draw === draws || (differs && varianceOf(batch.ys) >= wanted)) return batch
    disposeExamples(batch)
  }
}

/** Labels have a row for each step when they have an axis more, or class indices of as many steps as the inputs. */
function stepsOf(labels: readonly number[], inputs: readonly number[]): number {
  const indices = labels.length === 2 && inputs.length >= 2 && labels[1]! > 1 && labels[1] === inputs[1]
  return labels.length === 3 || indices ? labels[1]! : 1
}

/** The variance of all values together. */
function varianceOf(labels: Examples['ys']): number {
  let [count, sum, squares] = [0, 0, 0]
  for (const tensor of tensorsOf(labels)) {
    for (const value of tensor.dataSync()) {
      count++
      sum += value
      squares += value * value
    }
  }
  return squares / count - (sum / count) ** 2
}

function differ(values: ArrayLike<number>, rows: number): boolean {
  const width = values.length / rows
  for (let i = width; i < values.length; i++) if (values[i] !== values[i % width]) return true
  return false
}
