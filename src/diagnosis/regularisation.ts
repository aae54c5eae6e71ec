import { formatNumber, formatPercent } from '../figures/number.js'
import { allLayers, silence } from '../training/layers.js'
import { openProgram } from '../training/open.js'
import type { Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { retrain, type Training } from './retraining.js'

/** A training that learns once weight penalty, dropout and noise are off. Only programs that regularise pay for it. */
export async function overRegularized(training: Training): Promise<Cause | undefined> {
  const program = await openProgram(training.subject, training.seed)
  const parts = regularisersOf(program)
  program.dispose()
  if (parts.length === 0) return undefined
  const { learns, skill, steps } = await retrain(training, (fresh) => {
    fresh.disablePenalty?.()
    fresh.disableDropout?.()
    for (const layer of allLayers(fresh.layers ?? [])) silence(layer)
  })
  if (!learns) return undefined
  return {
    name: 'over-regularized',
    evidence: `with ${parts.join(' and ')} switched off the loss falls to ${formatNumber(skill!.loss)} in ${steps} steps, ${formatPercent(skill!.share)} of what the inputs can tell`,
    fix: 'lower the regularisation factor by ten and the dropout rate (the share that is dropped; 0.2 to 0.5 is usual), or leave both out until the model overfits',
  }
}

/** What regularises a program and can be switched off, in words. */
function regularisersOf(program: Trainable): string[] {
  const penalty = program.penalty?.()
  const size = penalty?.dataSync()[0] ?? 0
  penalty?.dispose()
  return [
    ...(size > 0 && program.disablePenalty
      ? [`the weight penalty (${formatNumber(size)} at the start)`]
      : []),
    ...(allLayers(program.layers ?? []).some(isNoisy) ? ['dropout and noise'] : []),
  ]
}

function isNoisy(layer: { getClassName(): string }): boolean {
  if (!/Dropout|GaussianNoise|(GRU|LSTM|RNN)Cell/.test(layer.getClassName())) return false
  const {
    rate = 0,
    stddev = 0,
    dropout = 0,
    recurrentDropout = 0,
  } = layer as unknown as Record<string, number>
  return Math.max(rate, stddev, dropout, recurrentDropout) > 0
}
