import { ablationTable } from './ablation-table.js'
import { boundsOf, sayEffect } from './hypothesis.js'
import type { AblationReport, ArmReport } from './run-ablation.js'
import { seedsToDecide } from './seeds-to-decide.js'

/** Why a hypothesis does not hold, what to do about it, and the table of the whole ablation. */
export function verdictMessage(report: AblationReport, arm: ArmReport): string {
  const { claim, hypothesis, verdict, mean, low, high, seeds } = arm
  const [from, to] = claim.effect === 'lowers' ? [high, low] : [low, high]
  const measured = Number.isFinite(mean)
    ? `it changes by ${sayEffect(claim, mean)} (${sayEffect(claim, from)} … ${sayEffect(claim, to)}) over ${seeds.length} seeds`
    : `training diverged under seed ${seeds.at(-1)}`
  return [
    `'${arm.arm}' ${hypothesis}: ${verdict}.`,
    '',
    `  measured  ${claim.metric}: ${measured}`,
    `  try       ${remedy(report, arm)}`,
    '',
    ablationTable(report),
  ].join('\n')
}

function remedy({ interrupted, alpha }: AblationReport, { verdict, claim, ...arm }: ArmReport): string {
  if (interrupted) return 'run it again: finished runs are kept; or give it more time with the option timeout'
  if (verdict === 'refuted') return 'take the change back, or the claim: the data speak against it'
  const { least, most } = boundsOf(claim)
  const distance = Math.min(arm.mean - least, most - arm.mean)
  if (!(distance > 0)) return 'the effect is not where the claim puts it: claim less, or take the change back'
  const needed = seedsToDecide(claim, arm, alpha)
  if (needed === undefined) return 'more seeds'
  if (needed === Infinity)
    return 'the effect is too close to the claim for any number of seeds: claim less, or take the change back'
  return `about ${needed} seeds would decide, if the effect is what it looks like now; or a smaller claim, or longer training`
}
