import * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../../src/training/examples.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'

/** How the labels of the first output are written, one-hot ones smoothed or not; which decides what Keras means by 'accuracy'. */
export type LabelKind = 'one-hot' | 'indices' | 'yes-or-no' | 'numbers'

export function kindOfLabels(program: Trainable, examples: Examples): LabelKind {
  const labels = tensorsOf(examples.ys, program.outputNames)[0]!
  const values = Float32Array.from(labels.dataSync())
  const width = labels.rank > 1 ? labels.shape.at(-1)! : 1
  if (width > 1 && isDistributions(values, width)) return 'one-hot'
  if (values.every((value) => value === 0 || value === 1))
    return width === 1 && widthOfOutput(program, examples) > 1 ? 'indices' : 'yes-or-no'
  const whole = values.every((value) => value >= 0 && Number.isInteger(value))
  return whole && widthOfOutput(program, examples) > width ? 'indices' : 'numbers'
}

function isDistributions(values: Float32Array, width: number): boolean {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width)
    if (row.some((value) => value < 0)) return false
    if (Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) > 1e-4) return false
  }
  return true
}

const widthOfOutput = (program: Trainable, examples: Examples): number =>
  tf.tidy(() => [program.predict(examples.xs)].flat()[0]!.shape.at(-1)!)

/** Share of right answers of the first output in inference mode; undefined for numbers. */
export function accuracyOf(program: Trainable, examples: Examples, kind: LabelKind): number | undefined {
  if (kind === 'numbers') return undefined
  return tf.tidy(() => {
    const outputs = [program.predict(examples.xs)].flat()[0]!
    const labels = tensorsOf(examples.ys, program.outputNames)[0]!
    if (kind === 'yes-or-no')
      return tf.mean(tf.equal(tf.round(outputs).flatten(), labels.toFloat().flatten())).dataSync()[0]!
    const answers = tf.argMax(outputs, -1).flatten()
    const right = kind === 'one-hot' ? tf.argMax(labels, -1).flatten() : labels.toInt().flatten()
    return tf.mean(tf.equal(answers, right)).dataSync()[0]!
  })
}
