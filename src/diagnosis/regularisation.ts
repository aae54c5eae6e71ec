import { formatNumber, formatPercent } from '../figures/number.js'
import { skillOf } from '../statistics/skill.js'
import { minibatches } from '../training/batches.js'
import { allLayers, silence } from '../training/layers.js'
import { openProgram } from '../training/open.js'
import { viewOutputs } from '../training/outputs.js'
import { type RunControl, trainProgram } from '../training/run.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

export interface FreeTraining extends RunControl {
  subject: Subject
  train: Examples
  /** Examples to measure on. */
  measured: Examples
  batchSize: number
  seed: number
}

const steps = 400
const lookEvery = 100
/** The share of the possible gain that a check of the baseline asks for. */
const usefulShare = 0.1
const leastCertainty = 3

/**
 * The whole training once more with weight penalty, dropout and noise off: does it now learn what it could not? Costs
 * up to 400 steps, and only programs that regularise pay them.
 */
export async function overRegularized(training: FreeTraining): Promise<Cause | undefined> {
  const { subject, train, measured, batchSize, seed, ...control } = training
  const program = await openProgram(subject, seed)
  const batches = minibatches(train, { batchSize, seed })
  try {
    const parts = regularisersOf(program)
    if (parts.length === 0) return undefined
    program.disablePenalty?.()
    program.disableDropout?.()
    for (const layer of allLayers(program.layers ?? [])) silence(layer)
    const look = () => skillOf(viewOutputs(program, measured, 'train'))
    let skill = look()
    let next = lookEvery
    const run = await trainProgram(program, batches.next, {
      seed,
      ...control,
      steps,
      until(losses) {
        if (losses.length < next) return undefined
        next += lookEvery
        skill = look()
        return learns(skill) ? 'done' : undefined
      },
    })
    if (!learns(skill)) return undefined
    return {
      name: 'over-regularized',
      evidence: `with ${parts.join(' and ')} switched off the loss falls to ${formatNumber(skill!.loss)} in ${run.losses.length} steps, ${formatPercent(skill!.share)} of what the inputs can tell`,
      fix: 'lower the regularisation factor by ten and the dropout rate (the share that is dropped; 0.2 to 0.5 is usual), or leave both out until the model overfits',
    }
  } finally {
    batches.dispose()
    program.dispose()
  }
}

const learns = (skill: ReturnType<typeof skillOf>): boolean =>
  skill !== undefined && skill.share >= usefulShare && skill.certainty >= leastCertainty

/** What regularises a program and can be switched off, in words. */
function regularisersOf(program: Trainable): string[] {
  const penalty = program.penalty?.()
  const size = penalty?.dataSync()[0] ?? 0
  penalty?.dispose()
  const noisy = allLayers(program.layers ?? []).some(
    (layer) => /Dropout|GaussianNoise|(GRU|LSTM|RNN)Cell/.test(layer.getClassName()) && isNoisy(layer),
  )
  return [
    ...(size > 0 && program.disablePenalty
      ? [`the weight penalty (${formatNumber(size)} at the start)`]
      : []),
    ...(noisy ? ['dropout and noise'] : []),
  ]
}

function isNoisy(layer: object): boolean {
  const { rate = 0, stddev = 0, dropout = 0, recurrentDropout = 0 } = layer as Record<string, number>
  return Math.max(rate, stddev, dropout, recurrentDropout) > 0
}
