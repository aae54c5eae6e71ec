/** Tells the user what is going on. */
export interface Progress {
  /** A new step begins: `[2/5] downloading …`. */
  stage(text: string): void
  /** How far the current step is. May be called often; it is shown at a sensible pace. */
  bytes(done: number, total: number): void
  /** One line of its own. */
  note(text: string): void
}

export const silentProgress: Progress = { stage() {}, bytes() {}, note() {} }

interface Terminal {
  write(text: string): unknown
  isTTY?: boolean
}

const linePeriodMs = 10_000
const barPeriodMs = 100
const barWidth = 24

/** Stage lines, and below them a bar on a terminal or a line every ten seconds in a log. */
export function terminalProgress(
  stages: () => number,
  output: Terminal = process.stderr,
  now = Date.now,
): Progress {
  let current = 0
  let shownAt = 0
  let barShown = false

  const clearBar = () => {
    if (barShown) output.write('\r\x1b[K')
    barShown = false
  }
  return {
    stage(text) {
      clearBar()
      current += 1
      shownAt = now()
      output.write(`[${current}/${Math.max(stages(), current)}] ${text}\n`)
    },
    bytes(done, total) {
      if (now() - shownAt < (output.isTTY ? barPeriodMs : linePeriodMs)) return
      shownAt = now()
      const amount = `${formatBytes(done)} of ${formatBytes(total)}`
      if (output.isTTY) {
        output.write(`\r      ${bar(done / total)} ${amount}\x1b[K`)
        barShown = true
      } else {
        output.write(`      ${amount}\n`)
      }
    },
    note(text) {
      clearBar()
      output.write(`${text}\n`)
    },
  }
}

/** `274 MB`, `1.4 GB`: decimal units, as package indexes print them. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return `${Math.round(bytes / 1e6)} MB`
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
}
