import { accuracyOf } from './attainable-loss.js'
import { concordanceOf } from './concordance.js'
import { standardError } from './estimates.js'
import type { InitOutput } from './init-loss.js'
import { isRegression } from './losses.js'
import type { Skill } from './skill.js'
import { skillOf } from './skill.js'
import { withStandInLosses } from './stand-in-loss.js'

/**
 * Skill of a program with a custom loss, from its predictions alone: right answers above those of a constant, each
 * class with the same weight, since a custom loss often exists to weigh classes; for quantities the variance explained.
 */
export function skillOfAnswers(outputs: readonly InitOutput[]): Skill | undefined {
  const skills = outputs.map(skillOfOutput)
  if (skills.length === 0 || skills.some((skill) => skill === undefined)) return undefined
  const mean = (value: (skill: Skill) => number) =>
    skills.reduce((sum, skill) => sum + value(skill!), 0) / skills.length
  return {
    loss: mean(({ loss }) => loss),
    constant: mean(({ constant }) => constant),
    share: mean(({ share }) => share),
    certainty: Math.max(...skills.map((skill) => skill!.certainty)),
  }
}

/**
 * Skill by the program's own loss; of a custom one, by its answers, or by the order in which it puts the examples: a
 * log rate or a distance is no label, and tells it all the same. `reversed`: small predictions may stand for large
 * labels, as distances do. `order: false` leaves the order out.
 */
export function skillByLossOrAnswers(
  outputs: readonly InitOutput[],
  { reversed = false, order: byOrder = true } = {},
): Skill | undefined {
  const own = skillOf(outputs)
  if (own) return own
  const answers = skillOfAnswers(withStandInLosses(outputs) ?? outputs)
  const order = byOrder ? skillOfOrder(outputs, reversed) : undefined
  return !answers || (order && order.share > answers.share) ? (order ?? answers) : answers
}

/** The squared concordance of a single custom output with its labels, as a share of the possible gain. */
function skillOfOrder(outputs: readonly InitOutput[], reversed: boolean): Skill | undefined {
  const [output] = outputs
  if (outputs.length !== 1 || output!.loss) return undefined
  const found = concordanceOf(output!.labels, output!.predictions)
  if (!found) return undefined
  const sign = reversed ? Math.sign(found.order) : 1
  const order = Math.max(0, sign * found.order)
  return { loss: 1 - order ** 2, constant: 1, share: order ** 2, certainty: sign * found.certainty }
}

function skillOfOutput(output: InitOutput): Skill | undefined {
  const { loss, labels, predictions } = output
  if (!loss) return undefined
  if (isRegression(loss.kind)) return skillOf([output])
  const width = labels.width
  const rowOf = (i: number): InitOutput => ({
    loss,
    labels: { values: slice(labels.values, i * width, width), rows: 1, width },
    predictions: { values: slice(predictions.values, i * width, width), rows: 1, width },
  })
  const counts = new Map<string, number>()
  const keys = Array.from({ length: labels.rows }, (_, i) => slice(labels.values, i * width, width).join())
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  // More label sets than this are no classes: every row then counts alike.
  const balanced = counts.size <= mostClasses
  const base = balanced ? 1 / counts.size : Math.max(...counts.values()) / keys.length
  const gains = keys.map((key, i) => {
    const weight = balanced ? keys.length / (counts.size * counts.get(key)!) : 1
    return weight * ((accuracyOf([rowOf(i)]) ?? 0) - base)
  })
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const error = standardError(gains)
  return {
    loss: 1 - base - mean,
    constant: 1 - base,
    share: base === 1 ? 0 : mean / (1 - base),
    certainty: error === 0 ? (mean > 0 ? Infinity : 0) : mean / error,
  }
}

const mostClasses = 50

const slice = (values: ArrayLike<number>, start: number, count: number): number[] =>
  Array.prototype.slice.call(values, start, start + count)
