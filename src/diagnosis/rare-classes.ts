import { classesOf } from '../statistics/label-kind.js'
import { tablesOf } from '../statistics/tables.js'
import type { Examples } from '../training/trainable.js'
import type { Cause } from './cause.js'

const rarest = 0.1
/** With fewer examples per class their numbers are uneven by chance. */
const fewestPerClass = 20
/** With more classes rare ones are the nature of the data. */
const mostClasses = 20

/** A class so rare that guessing the others is nearly always right. */
export function rareClasses({ xs, ys }: Examples): Cause[] {
  const labels = classesOf(tablesOf('ys', ys), tablesOf('xs', xs))
  if (!labels || labels.classes > mostClasses) return []
  const counts = new Float64Array(labels.classes)
  for (const label of labels.of) counts[label]!++
  const [least, largest] = [Math.min(...counts), Math.max(...counts)]
  if (least >= rarest * largest || labels.of.length < fewestPerClass * labels.classes) return []
  return [
    {
      name: 'class-imbalance',
      evidence: `the rarest class has ${least} examples, the commonest ${largest}: guessing the common ones is nearly always right`,
      fix: 'get more examples of the rare classes, draw them more often, or weigh them: classWeight',
    },
  ]
}
