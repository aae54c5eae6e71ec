import { formatNumber } from '../figures/number.js'
import { sayEffect } from './hypothesis.js'
import { type AblationReport, type ArmReport, sayChanges } from './run-ablation.js'

/** A report as lines of text: one for each arm, then what it cost. */
export function ablationTable(report: AblationReport): string {
  const { name, arms, steps, alpha, stepsSpent, seconds, interrupted } = report
  const rows = [
    ['arm', 'change', 'without → with', 'effect, limits', 'd_z', 'seeds', 'hypothesis', 'verdict'],
    ...arms.map(rowOf),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return [
    `${name}: ${steps} steps an arm and seed, chance of a false "supported" ${formatNumber(alpha)}`,
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    ),
    `${stepsSpent} steps in ${seconds.toFixed(1)} s${interrupted ? '; interrupted: run it again to go on' : ''}`,
  ].join('\n')
}

function rowOf(arm: ArmReport): string[] {
  const { claim, mean, low, high, effectSize, hypothesis, verdict, without, withChange, seeds } = arm
  const [from, to] = claim.effect === 'lowers' ? [high, low] : [low, high]
  const measured = Number.isFinite(mean)
  return [
    arm.arm,
    short(sayChanges(arm.changes)),
    `${claim.metric} ${formatNumber(without)} → ${formatNumber(withChange)}`,
    measured ? `${sayEffect(claim, mean)} (${sayEffect(claim, from)} … ${sayEffect(claim, to)})` : 'diverged',
    measured ? formatNumber(Number(effectSize.toPrecision(2))) : '',
    String(seeds.length),
    hypothesis ?? '',
    hypothesis ? verdict : '',
  ]
}

const longest = 48

const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)
