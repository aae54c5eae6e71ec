import type { FaultyProgram } from '../../fixtures/zoo/program.js'
import type { TaskRecord } from './records.js'
import type { Tool } from './tool.js'

export interface ToolRow {
  tool: string
  examined: number
  detected: number
  /** The first thing named leads to the fault. */
  firstRight: number
  /** Any of the first three does. */
  amongThree: number
  cleanRuns: number
  alarms: number
  medianSeconds: number
}

export interface CheckRow {
  check: string
  kills: number
  /** Faulty programs that no other check catches. */
  alone: number
  alarms: number
  medianSeconds: number
}

export interface Miss {
  program: string
  fault: string
  accepted: string[]
  named: string[]
}

export interface Summary {
  tools: ToolRow[]
  bySource: Array<{ source: string; programs: number; detected: number; firstRight: number }>
  checks: CheckRow[]
  missed: Miss[]
  misnamed: Miss[]
  alarms: Array<{ program: string; seed: number; said: string[] }>
  harmless: string[]
  leaked: string[]
  /** Everything measured, for `docs/calibration.json`. */
  records: TaskRecord[]
}

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)]!
}

const verdictOf = ({ verdicts }: TaskRecord, tool: string) => verdicts[tool]

/** Whether one of the first `most` things a tool named is an acceptable cause. */
function isRight(record: TaskRecord, tool: string, { causes }: FaultyProgram, most: number): boolean {
  const named = verdictOf(record, tool)?.causes.slice(0, most) ?? []
  return named.some((names) => names.some((name) => causes.includes(name)))
}

export function summarise(
  records: readonly TaskRecord[],
  faulty: readonly FaultyProgram[],
  tools: readonly Tool[],
): Summary {
  const byName = new Map(faulty.map((program) => [program.name, program]))
  const faultOf = (record: TaskRecord) => byName.get(record.program)!
  const ofFaulty = records.filter(({ program }) => byName.has(program))
  // A fault that does no harm is not counted, for or against anybody.
  const harmful = ofFaulty.filter(({ harm }) => harm?.hurts !== false)
  const clean = records.filter(({ program }) => !byName.has(program))
  const [ours] = tools
  const detects = (record: TaskRecord, tool: string) => verdictOf(record, tool)?.detected === true
  const missOf = (record: TaskRecord): Miss => ({
    program: record.program,
    fault: faultOf(record).fault,
    accepted: faultOf(record).causes,
    named: verdictOf(record, ours!.name)?.causes.flat() ?? [],
  })
  const own = harmful.filter((record) => verdictOf(record, ours!.name))
  return {
    tools: tools.map(({ name }) => toolRow(name)),
    bySource: [...new Set(faulty.map(({ source }) => source))].map((source) => {
      const rows = own.filter((record) => faultOf(record).source === source)
      return {
        source,
        programs: rows.length,
        detected: rows.filter((record) => detects(record, ours!.name)).length,
        firstRight: rows.filter((record) => isRight(record, ours!.name, faultOf(record), 1)).length,
      }
    }),
    checks: checkRows(),
    missed: own.filter((record) => !detects(record, ours!.name)).map(missOf),
    misnamed: own
      .filter((record) => detects(record, ours!.name) && !isRight(record, ours!.name, faultOf(record), 1))
      .map(missOf),
    alarms: clean
      .filter((record) => detects(record, ours!.name))
      .map((record) => ({
        program: record.program,
        seed: record.seed,
        said: verdictOf(record, ours!.name)!.said,
      })),
    harmless: ofFaulty.filter(({ harm }) => harm?.hurts === false).map(({ program }) => program),
    leaked: records.filter(({ leaked }) => leaked > 0).map(({ program, leaked }) => `${program}: ${leaked}`),
    records: [...records],
  }

  function toolRow(tool: string): ToolRow {
    const applies = (record: TaskRecord) => {
      const verdict = verdictOf(record, tool)
      return verdict !== undefined && verdict.notApplicable === undefined
    }
    const judged = clean.filter(applies)
    return {
      tool,
      examined: harmful.filter(applies).length,
      detected: harmful.filter((record) => detects(record, tool)).length,
      firstRight: harmful.filter((record) => isRight(record, tool, faultOf(record), 1)).length,
      amongThree: harmful.filter((record) => isRight(record, tool, faultOf(record), 3)).length,
      cleanRuns: judged.length,
      alarms: judged.filter((record) => detects(record, tool)).length,
      medianSeconds: median(
        [...harmful, ...clean].filter(applies).map((record) => verdictOf(record, tool)!.seconds),
      ),
    }
  }

  function checkRows(): CheckRow[] {
    const of = (record: TaskRecord) => verdictOf(record, ours!.name)?.checks ?? {}
    const names = [...new Set(records.flatMap((record) => Object.keys(of(record))))]
    const failedOf = (record: TaskRecord) => names.filter((name) => of(record)[name]?.status === 'failed')
    return names.map((check) => ({
      check,
      kills: own.filter((record) => failedOf(record).includes(check)).length,
      alone: own.filter((record) => failedOf(record).join() === check).length,
      alarms: clean.filter((record) => failedOf(record).includes(check)).length,
      medianSeconds: median(
        records.flatMap((record) => {
          const result = of(record)[check]
          return result && result.status !== 'skipped' ? [result.seconds] : []
        }),
      ),
    }))
  }
}
