import { openProgram } from './open.js'
import type { Subject } from './trainable.js'

/** Numbers in the trainable weights of a program. */
export async function countWeights(subject: Subject, seed: number): Promise<number> {
  const program = await openProgram(subject, seed)
  try {
    return Object.values(program.weights()).reduce((sum, { size }) => sum + size, 0)
  } finally {
    program.dispose()
  }
}
