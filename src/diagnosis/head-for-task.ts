import type { InitOutput } from '../statistics/init-loss.js'
import type { Rows } from '../statistics/losses.js'
import { areDistributions, areOneHot } from '../statistics/rows.js'
import type { Cause } from './cause.js'

/** What labels call for, whatever the loss. */
type Task = 'classes' | 'tags' | 'yes or no' | 'shares' | 'quantities'

const wanted: Record<Task, string> = {
  classes: "activation: 'softmax' with categoricalCrossentropy",
  tags: "activation: 'sigmoid' with binaryCrossentropy: one decision for each label",
  'yes or no': "activation: 'sigmoid' with binaryCrossentropy",
  shares: "activation: 'softmax' with categoricalCrossentropy",
  quantities: 'no activation in the last layer, with meanSquaredError',
}

/**
 * An output activation that the labels do not go with: asked only of a program that does not learn, since some of
 * these combinations get along slowly.
 */
export function headUnlikeTask(
  { labels, predictions, loss }: InitOutput,
  activation: string | undefined,
): Cause | undefined {
  // Class indices become one-hot rows only where the loss is known to take them.
  if (labels.width !== predictions.width || loss?.sparse) return undefined
  const task = taskOf(labels)
  const why = complaint(task, labels, predictions, activation)
  return why === undefined
    ? undefined
    : { name: 'wrong-output-activation', evidence: why, fix: `use ${wanted[task]}` }
}

function complaint(
  task: Task,
  labels: Rows,
  predictions: Rows,
  activation: string | undefined,
): string | undefined {
  const { width } = labels
  if (width === 1 && activation === 'softmax') {
    return 'a softmax over a single unit is 1 for every input, so the output cannot learn anything'
  }
  const competing = width > 1 && (activation === 'softmax' || areDistributions(predictions))
  if (task === 'tags' && competing) {
    return 'several labels are 1 at a time, but a softmax shares one probability among them'
  }
  if (task === 'quantities' && competing) {
    return `the ${width} targets are quantities that do not sum to 1, but a softmax makes the outputs do so`
  }
  const decides = task === 'classes' || task === 'tags' || task === 'yes or no'
  if (decides && activation !== undefined && /^relu/.test(activation)) {
    return `the labels are ${task}, but the last layer has ${activation}: where it is off it passes no gradient, and it gives no probabilities`
  }
  return undefined
}

function taskOf(labels: Rows): Task {
  const { values, width } = labels
  let binary = true
  for (let i = 0; i < values.length && binary; i++) binary = values[i] === 0 || values[i] === 1
  if (binary) return width === 1 ? 'yes or no' : areOneHot(labels) ? 'classes' : 'tags'
  return width > 1 && areDistributions(labels) ? 'shares' : 'quantities'
}
