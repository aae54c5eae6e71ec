import { afterAll, beforeAll, expect, test } from 'vitest'
import { config } from './projects.js'
import { packPackage, UserProject } from './user-project.js'

let packed: ReturnType<typeof packPackage>
let slow: UserProject

/** A program that takes a tenth of a second per step and learns nothing: its check ends with the time, after 6.8 s. */
const slowRecipe = `import * as tf from '@tensorflow/tfjs'
import { describeRecipe } from 'vitest-recipe'

const create = () => {
  const kernel = tf.tidy(() => tf.variable(tf.randomNormal([4, 2], 0, 0.1)))
  const predict = (xs) => tf.tidy(() => tf.softmax(tf.matMul(xs, kernel)))
  const loss = ({ xs, ys }) => tf.tidy(() => tf.losses.softmaxCrossEntropy(ys, tf.matMul(xs, kernel)))
  const step = (batch) => {
    const end = performance.now() + 100
    while (performance.now() < end);
    return loss(batch)
  }
  return { predict, loss, step, weights: () => ({ kernel }), dispose: () => kernel.dispose() }
}
const xs = tf.randomNormal([100, 4], 0, 1, 'float32', 7)
const train = { xs, ys: tf.oneHot(tf.argMax(xs.slice([0, 0], [100, 2]), 1).toInt(), 2).toFloat() }
describeRecipe('slow', { create, train }, { only: ['init-loss-near', 'human-baseline', 'healthy-activations'], timeout: 8000 })
describeRecipe('slower', { create, train }, { only: ['reproducible', 'decrease-loss-with-capacity', 'overfit-batch'], timeout: 8000 })
`
/** Makes a terminal of stdout, as far as programs can tell. */
const terminal = `Object.defineProperty(process.stdout, 'isTTY', { value: true })
process.stdout.columns = 100
`

beforeAll(() => {
  packed = packPackage()
  slow = new UserProject(packed.tarball, {
    'vitest.config.ts': config(),
    'slow.test.ts': slowRecipe,
    'terminal.js': terminal,
  })
}, 120_000)
afterAll(() => {
  slow?.remove()
  packed?.remove()
}, 60_000)

const running = (output: string) => output.split('\n').filter((line) => line.includes('Running  '))

test('in a log a long check says now and then how far it is', async () => {
  const { output } = await slow.vitest()
  expect(running(output)).toEqual([
    expect.stringMatching(/^ {3}Running {2}slower > overfit-batch: step \d+ of at most \d+, loss 0\.\d+$/),
  ])
  expect(output).not.toContain('stdout | ')
})

test('at a terminal one line is rewritten in place, and gone at the end', async () => {
  const { raw } = await slow.node('--import', './terminal.js', 'node_modules/vitest/vitest.mjs', 'run')
  expect(raw.split('Running  slower > overfit-batch: step ').length).toBeGreaterThan(8)
  const screen = screenAfter(raw)
  expect(screen).toContain('Diagnosis  slow.test.ts > slower')
  expect(running(screen)).toEqual([])
})

test.each([['--silent'], ['--reporter=dot']])('%s says nothing of progress', async (...args) => {
  const { output } = await slow.vitest(...args)
  expect(running(output)).toEqual([])
  expect(output).toContain('Diagnosis  slow.test.ts > slower')
})

test('--reporter=json prints a document', async () => {
  const { stdout } = await slow.node('node_modules/vitest/vitest.mjs', 'run', '--reporter=json')
  expect(JSON.parse(stdout)).toMatchObject({ numFailedTests: 1 })
})

/** What stands on a terminal after some output: of the control sequences those that move up and erase. */
function screenAfter(output: string): string {
  const rows: string[] = ['']
  let [row, column] = [0, 0]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is told
  for (const [part] of output.matchAll(/\u001b\[[\d;?]*[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g)) {
    const command = part.startsWith('\u001b') ? part.at(-1) : part
    if (command === '\n') {
      row++
      column = 0
      rows[row] ??= ''
    } else if (command === '\r') column = 0
    else if (command === 'A') row = Math.max(0, row - (Number.parseInt(part.slice(2), 10) || 1))
    else if (command === 'K') rows[row] = part.includes('2K') ? '' : rows[row]!.slice(0, column)
    else if (!part.startsWith('\u001b')) {
      rows[row] = rows[row]!.padEnd(column).slice(0, column) + part + rows[row]!.slice(column + part.length)
      column += part.length
    }
  }
  return rows.join('\n')
}
