import { expect, test } from 'vitest'
import { formatBytes, terminalProgress } from '../../../src/backend/install/progress.js'

function recorder(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

test('in a log: numbered stages, and a line every ten seconds', () => {
  const output = recorder(false)
  let time = 0
  const progress = terminalProgress(
    () => 2,
    output,
    () => time,
  )
  progress.stage('downloading …')
  for (time = 1000; time <= 25_000; time += 1000) progress.bytes(time * 1000, 274e6)
  progress.stage('unpacking …')
  expect(output.written).toEqual([
    '[1/2] downloading …\n',
    '      10 MB of 274 MB\n',
    '      20 MB of 274 MB\n',
    '[2/2] unpacking …\n',
  ])
})

test('on a terminal: a bar that the next stage wipes', () => {
  const output = recorder(true)
  let time = 0
  const progress = terminalProgress(
    () => 2,
    output,
    () => time,
  )
  progress.stage('downloading …')
  time = 200
  progress.bytes(137e6, 274e6)
  progress.stage('unpacking …')
  expect(output.written[1]).toContain('████████████░░░░░░░░░░░░ 137 MB of 274 MB')
  expect(output.written[2]).toBe('\r\x1b[K')
})

test('bytes in the units of package indexes', () => {
  expect(formatBytes(273_829_956)).toBe('274 MB')
  expect(formatBytes(1.4e9)).toBe('1.4 GB')
})
