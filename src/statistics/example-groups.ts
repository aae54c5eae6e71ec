import { formatNumber } from '../figures/number.js'
import { readLabels, type Task } from './label-kind.js'
import type { Table } from './tables.js'

/** Examples that belong together by their label. */
export interface ExampleGroup {
  /** `label 3`, `target 0.2 to 0.5`, `all`. */
  name: string
  /** Row numbers, ascending. */
  rows: number[]
}

/** How numeric targets are divided: by rank, so that every group has as many. */
const targetGroups = 5

/**
 * Examples by the labels of the first output that has any: a group per class (of several labels at once, per label
 * that applies), fifths of numeric targets from low to high, or all in one group.
 */
export function groupByLabel(inputs: Table[], outputs: readonly Table[], task?: Task): ExampleGroup[] {
  const rows = inputs[0]!.rows
  const all = Array.from({ length: rows }, (_, row) => row)
  for (const output of outputs) {
    const labels = readLabels(output, { inputs, task })
    if (labels.kind === 'classes' && labels.rowsPerExample === 1) {
      const byClass = Array.from({ length: labels.classes }, (): number[] => [])
      for (const row of all) byClass[labels.of[row]!]!.push(row)
      return byClass.map((members, label) => ({ name: `label ${label}`, rows: members }))
    }
    if (labels.kind === 'multilabel' && labels.rowsPerExample === 1) {
      return Array.from({ length: labels.width }, (_, label) => ({
        name: `label ${label}`,
        rows: all.filter((row) => output.values[row * labels.width + label] === 1),
      }))
    }
    if (labels.kind === 'numbers' && output.width === 1) return byRank(output.values, all)
  }
  return [{ name: 'all', rows: all }]
}

function byRank(values: ArrayLike<number>, rows: readonly number[]): ExampleGroup[] {
  const sorted = [...rows].sort((a, b) => values[a]! - values[b]! || a - b)
  const groups = Math.min(targetGroups, sorted.length)
  return Array.from({ length: groups }, (_, group) => {
    const members = sorted.slice(
      Math.floor((group * sorted.length) / groups),
      Math.floor(((group + 1) * sorted.length) / groups),
    )
    const [low, high] = [values[members[0]!]!, values[members.at(-1)!]!]
    return {
      name: `target ${formatNumber(low)} to ${formatNumber(high)}`,
      rows: members.sort((a, b) => a - b),
    }
  })
}
