import { afterEach, expect, test, vi } from 'vitest'
import { runRecipe } from '../../src/checks/index.js'
import { describeRecipe } from '../../src/index.js'
import { isProgress, progressLine, progressListener } from '../../src/matchers/progress.js'
import { printsDocument, progressFor } from '../../src/report/audience.js'
import { LiveLine } from '../../src/report/live-line.js'
import { classes } from '../programs/data.js'
import { classifier } from '../programs/healthy.js'

afterEach(() => {
  vi.restoreAllMocks()
})

test('runRecipe tells which check trains, its step and its loss', async () => {
  const told: Array<{ check: string; step: number; steps: number; loss: number }> = []
  await runRecipe(
    { create: classifier, train: classes(200, 1) },
    { only: ['init-loss-near', 'healthy-gradients'], onProgress: (progress) => told.push(progress) },
  )
  expect(new Set(told.map(({ check }) => check))).toEqual(new Set(['healthy-gradients']))
  expect(told.every(({ step, steps, loss }) => step > 0 && steps >= step && loss > 0)).toBe(true)
})

test('a check says nothing for its first seconds, then a line now and then', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  const listener = progressListener('overfit-batch', 'lines')!
  const saidBy = (second: number) => {
    now.mockReturnValue(1000 * second)
    listener({ step: second, steps: 100, loss: 0.5 })
    return info.mock.calls.length
  }
  expect([1, 2, 6, 7, 14, 17, 18].map(saidBy)).toEqual([0, 0, 1, 1, 1, 2, 2])
  expect(progressListener('overfit-batch', 'off')).toBeUndefined()
  expect(info).toHaveBeenLastCalledWith('overfit-batch: step 17 of at most 100, loss 0.5')
})

test('lines of progress are told from what tests print', () => {
  const line = progressLine('toOverfitBatch', { step: 3, steps: 9, loss: Number.NaN })
  expect(isProgress(line)).toBe(true)
  expect(isProgress(`${line}\n${line}\n`)).toBe(true)
  expect(isProgress(`${line}\nmine\n`)).toBe(false)
  expect(isProgress('step 3, loss 0.1')).toBe(false)
})

test.each<[string, Parameters<typeof progressFor>[0], string, boolean]>([
  ['default', { reporters: [['default', {}]] } as never, 'lines', false],
  ['silent', { reporters: [['default', {}]], silent: true } as never, 'off', false],
  ['dot', { reporters: [['dot', {}]] } as never, 'off', false],
  ['json on stdout', { reporters: [['json', {}]] } as never, 'off', true],
  ['json to a file', { reporters: [['json', {}]], outputFile: 'a.json' } as never, 'off', false],
  [
    'default, json to a file of its own',
    {
      reporters: [
        ['default', {}],
        ['json', {}],
      ],
      outputFile: { json: 'a.json' },
    } as never,
    'lines',
    false,
  ],
  ['a reporter of the project', { reporters: ['./mine.js'] } as never, 'lines', false],
])('%s', (_name, config, progress, document) => {
  vi.stubEnv('CI', 'true')
  expect([progressFor(config), printsDocument(config)]).toEqual([progress, document])
  vi.unstubAllEnvs()
})

test('the live line gives way to what others print', () => {
  let written = ''
  const stream = {
    columns: 12,
    write: (text: string) => {
      written += text
      return true
    },
  } as unknown as NodeJS.WriteStream
  const original = stream.write
  const line = new LiveLine([stream])
  const erase = '\r\u001b[1A\u001b[2K'
  line.show('step 1 of very many', stream)
  line.show('step 2', stream)
  stream.write('a test ended\n')
  line.show('step 3', stream)
  line.clear(stream)
  line.clear(stream)
  expect(written).toBe(`step 1 of v\n${erase}step 2\n${erase}a test ended\nstep 3\n${erase}`)
  line.stop()
  expect(stream.write).toBe(original)
})

const seen: { results: string[]; progress: Set<string> } = { results: [], progress: new Set() }
describeRecipe(
  'describeRecipe tells both who asks',
  { create: classifier, train: classes(200, 1) },
  {
    only: ['init-loss-near', 'causal', 'healthy-gradients'],
    onResult: ({ check, status }) => seen.results.push(`${check} ${status}`),
    onProgress: ({ check }) => seen.progress.add(check),
  },
)
test('after each of its tests', () => {
  expect(seen.results).toEqual(['init-loss-near passed', 'causal skipped', 'healthy-gradients passed'])
  expect([...seen.progress]).toEqual(['healthy-gradients'])
})
