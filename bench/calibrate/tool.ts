import type { Program } from '../../fixtures/zoo/program.js'
import type { CauseName } from '../../src/checks/result.js'

/** What a tool said about one program. */
export interface Verdict {
  /** It said that something is wrong. */
  detected: boolean
  /** What it named, in its own order; each entry lists every cause its words can stand for. */
  causes: CauseName[][]
  /** Its words, in the same order. */
  said: string[]
  /** Why it cannot examine this kind of program. It then detected nothing. */
  notApplicable?: string
  /** Of tools made of checks: what each of them said, and what it cost. */
  checks?: Record<string, { status: 'passed' | 'failed' | 'skipped'; seconds: number }>
  seconds: number
}

/** A tool that looks for faults in training programs. */
export interface Tool {
  name: string
  /** Where its rules and thresholds are published. */
  source: string
  examine: (program: Program, seed: number) => Promise<Verdict>
}
