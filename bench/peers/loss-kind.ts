import { countExamples, disposeExamples, sliceExamples } from '../../src/training/examples.js'
import { viewOutputs } from '../../src/training/outputs.js'
import type { Trainable } from '../../src/training/trainable.js'
import type { Examination } from './examination.js'

/** The standard losses that the program's outputs have; empty when they are none. */
export function lossKinds(program: Trainable, { data, batchSize }: Examination): string[] {
  const batch = sliceExamples(data.train, 0, Math.min(batchSize, countExamples(data.train)))
  try {
    return viewOutputs(program, batch, 'train').flatMap(({ loss }) => (loss ? [loss.kind] : []))
  } catch {
    return []
  } finally {
    disposeExamples(batch)
  }
}

/** What Keras calls `from_logits`. */
export function lossTakesLogits(program: Trainable, examination: Examination): boolean {
  const kinds = lossKinds(program, examination)
  return kinds.length > 0 && kinds.every((kind) => /CrossEntropy$/.test(kind))
}
