import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Interval } from '../statistics/median-interval.js'

/** The speed of a program on one machine. */
export interface SpeedBaseline {
  /** Times the milliseconds of the reference work. */
  ratio: Interval
  examplesPerSecond: number
}

/** By name, then by machine. */
type Speeds = Record<string, Record<string, SpeedBaseline>>

/** `__speed__/<test file>.json` beside a test file. */
export const speedFile = (testFile: string): string =>
  join(dirname(testFile), '__speed__', `${basename(testFile)}.json`)

/** Undefined where there is none. Throws, naming the file, where it cannot be read: its baselines are not to be lost. */
export function readBaseline(file: string, name: string, machine: string): SpeedBaseline | undefined {
  const known = readSpeeds(file)[name]?.[machine]
  return known && isBaseline(known) ? known : undefined
}

/** Adds or replaces one baseline; the others stay. The file is written whole or not at all. */
export function writeBaseline(file: string, name: string, machine: string, baseline: SpeedBaseline): void {
  const speeds = readSpeeds(file)
  const next: Speeds = { ...speeds, [name]: { ...speeds[name], [machine]: rounded(baseline) } }
  const sorted = Object.fromEntries(Object.entries(next).sort(([a], [b]) => (a < b ? -1 : 1)))
  const temporary = `${file}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(temporary, `${JSON.stringify({ version: 1, speeds: sorted }, null, 2)}\n`)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new Error(`Cannot write the speeds to ${file}: ${(error as Error).message}`, { cause: error })
  }
}

function readSpeeds(file: string): Speeds {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    const { version, speeds } = JSON.parse(text) as { version?: unknown; speeds?: Speeds }
    if (version === 1 && typeof speeds === 'object' && speeds !== null) return speeds
  } catch {
    // Said below.
  }
  throw new Error(
    `${file} is not a file of speeds that this version can read (a merge conflict?). Restore it, or delete it to record anew.`,
  )
}

function isBaseline({ ratio, examplesPerSecond }: Partial<SpeedBaseline>): boolean {
  return [ratio?.low, ratio?.middle, ratio?.high, examplesPerSecond].every(
    (value) => typeof value === 'number' && value > 0,
  )
}

const rounded = ({ ratio, examplesPerSecond }: SpeedBaseline): SpeedBaseline => {
  const digits = (value: number) => Number(value.toPrecision(4))
  return {
    ratio: { low: digits(ratio.low), middle: digits(ratio.middle), high: digits(ratio.high) },
    examplesPerSecond: digits(examplesPerSecond),
  }
}
