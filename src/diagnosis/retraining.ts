import type { Skill } from '../statistics/skill.js'
import { skillByLossOrAnswers } from '../statistics/skill-of-answers.js'
import { minibatches } from '../training/batches.js'
import { openProgram } from '../training/open.js'
import { viewOutputs } from '../training/outputs.js'
import { type RunControl, trainProgram } from '../training/run.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'

/** A whole training that failed, to be repeated with one thing changed. */
export interface Training {
  subject: Subject
  train: Examples
  /** Examples to measure on. */
  measured: Examples
  batchSize: number
  seed: number
  control: RunControl
}

export interface Retrained {
  learns: boolean
  skill: Skill | undefined
  steps: number
}

const most = 400
const lookEvery = 100
/** The share of the possible gain that a check of the baseline asks for. */
const usefulShare = 0.1
const leastCertainty = 3

/** The whole training once more, up to 400 steps, with one thing changed: does it now learn what it could not? */
export async function retrain(
  { subject, train, measured, batchSize, seed, control }: Training,
  change: (program: Trainable) => void,
): Promise<Retrained> {
  const program = await openProgram(subject, seed)
  const { optimizer } = program
  const batches = minibatches(train, { batchSize, seed })
  try {
    change(program)
    const look = () => skillByLossOrAnswers(viewOutputs(program, measured, 'train'))
    const learns = (skill: Skill | undefined): boolean =>
      skill !== undefined && skill.share >= usefulShare && skill.certainty >= leastCertainty
    let skill: Skill | undefined
    let next = lookEvery
    const run = await trainProgram(program, batches.next, {
      seed,
      ...control,
      steps: most,
      until(losses) {
        if (losses.length < next) return undefined
        next += lookEvery
        skill = look()
        return learns(skill) ? 'done' : undefined
      },
    })
    return { learns: run.end === 'done', skill, steps: run.losses.length }
  } finally {
    batches.dispose()
    program.dispose()
    // A hand-written program knows only the optimizer it has now.
    if (program.optimizer !== optimizer) optimizer?.dispose()
  }
}
