import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readExactValues } from '../../src/images/exact-values.js'
import { VitestFolder } from './run-vitest.js'

/** Weights are a function of `change`, by name: 0 for the baseline. */
const spec = `
  import { describe, expect, test } from 'vitest'
  const changes = JSON.parse(process.env.CHANGES ?? '{}')
  const kernel = (name, shape = [5, 5, 1, 8]) => ({
    shape,
    dtype: 'float32',
    dataSync: () => Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => Math.sin(i * i) + (i % 8 === 3 ? (changes[name] ?? 0) : 0),
    ),
  })
`
const suite = `${spec}
  describe('digits', () => {
    test('two images', async () => {
      await expect(kernel('named')).toMatchWeightImage('权重')
      await expect(kernel('unnamed', [3, 3, 3, 4])).toMatchWeightImage()
    })
    let tries = 0
    test('retried', { retry: 2 }, async () => {
      await expect(kernel('retried')).toMatchWeightImage()
      expect(++tries).toBeGreaterThan(1)
    })
    test('repeated', { repeats: 1 }, async () => {
      await expect(kernel('repeated')).toMatchWeightImage('again')
    })
    for (const name of ['left', 'right']) {
      test.concurrent(name, async ({ expect }) => {
        await expect(async () => kernel(name)).toMatchWeightImage()
      })
    }
    if (!process.env.WITHOUT_LAST) test('last', () => expect(kernel('last')).toMatchWeightImage('last'))
  })
`
const snap = '__snapshots__/cnn.test.ts.snap'
const pictures = '__weights__/cnn.test.ts'

const folder = new VitestFolder()
beforeAll(() => folder.write('cnn.test.ts', suite))
afterAll(() => folder.remove())

function allFiles(): Record<string, string> {
  const names = folder.list(pictures).map((name) => `${pictures}/${name}`)
  return Object.fromEntries([snap, ...names].map((name) => [name, folder.read(name).toString('base64')]))
}

describe('one after the other, as a user would', () => {
  test('the first run writes entries and pictures, with names that stay apart', async () => {
    const { code, output } = await folder.run()
    expect(output).toContain('Snapshots  7 written')
    expect(code).toBe(0)
    expect(folder.list(pictures)).toEqual([
      'again.png',
      expect.stringMatching(/^digits-left-1-[\da-f]{6}\.png$/),
      expect.stringMatching(/^digits-retried-1-[\da-f]{6}\.png$/),
      expect.stringMatching(/^digits-right-1-[\da-f]{6}\.png$/),
      expect.stringMatching(/^digits-two-images-2-[\da-f]{6}\.png$/),
      'last.png',
      '权重.png',
    ])
    expect(folder.read(snap).toString()).toMatch(/^picture: 权重\.png\nweights: tensor \[5, 5, 1, 8\]$/m)
  })

  test('unchanged: passes in CI too, and no byte changes', async () => {
    const before = allFiles()
    const { code, output } = await folder.run({ env: { CI: '1' } })
    expect(code).toBe(0)
    expect(output).not.toMatch(/written|updated|obsolete/)
    expect(allFiles()).toEqual(before)
  })

  test('changed: fails, says what moved and where the pictures are, and writes nothing', async () => {
    const before = allFiles()
    const { code, output } = await folder.run({ env: { CHANGES: '{"named":0.5,"left":-2}' } })
    expect(code).toBe(1)
    expect(output).toContain('tensor [5, 5, 1, 8] differs from its snapshot `digits > two images 1`')
    expect(output).toMatch(/25 of 200 weights differ by more than atol 0\.002 \+ rtol 0\.001 · \|w\|/)
    expect(output).toContain('moved most: filter 3 (|Δ| 0.5, 25 of 25 weights)')
    expect(output).toContain(`Baseline:   ${pictures}/权重.png`)
    expect(output).toContain('Difference: .vitest-attachments/cnn.test.ts/权重-difference.png')
    expect(output).toMatch(/Snapshots {2}2 failed/)
    // The unnamed picture of a failed test was not reached: it is not called obsolete.
    expect(output).not.toContain('Pictures')
    expect(folder.list('.vitest-attachments/cnn.test.ts')).toHaveLength(2)
    expect(output).toMatch(
      /shown: internal:toMatchScreenshot 权重\.png: .* reference 415x209, actual 415x209, diff 1293x209/,
    )
    expect(allFiles()).toEqual(before)
  })

  test('-u rewrites what changed, and not what drifted within the tolerance', async () => {
    const before = allFiles()
    const { code, output } = await folder.run({ args: ['-u'], env: { CHANGES: '{"named":0.5,"left":1e-4}' } })
    expect(code).toBe(0)
    expect(output).toMatch(/Snapshots {2}1 updated/)
    const after = allFiles()
    const rewritten = Object.keys(after).filter((name) => after[name] !== before[name])
    expect(rewritten).toEqual([snap, `${pictures}/权重.png`])
    expect(readExactValues(folder.read(`${pictures}/权重.png`))?.values[3]).toBeCloseTo(Math.sin(9) + 0.5)
  })

  test('a picture missing, one cut, one of another version, one without its weights', async () => {
    const left = folder.list(pictures).find((name) => name.includes('left'))!
    const right = folder.list(pictures).find((name) => name.includes('right'))!
    const named = folder.read(`${pictures}/权重.png`)
    folder.remove(`${pictures}/last.png`)
    folder.write(`${pictures}/${left}`, folder.read(`${pictures}/${left}`).subarray(0, 700))
    folder.write(`${pictures}/again.png`, named)
    folder.write(`${pictures}/${right}`, withoutWeights(folder.read(`${pictures}/${right}`)))

    const { code, output } = await folder.run({ env: { CHANGES: '{"named":0.5,"right":0.7}' } })
    expect(code).toBe(1)
    expect(output).toContain(`but the picture ${pictures}/last.png is missing (not committed, or renamed)`)
    expect(output).toMatch(
      /The picture .*left-1-.*\.png of the snapshot `digits > left 1` cannot be read: truncated/,
    )
    expect(output).toContain(`The picture ${pictures}/again.png and the entry \`digits > repeated 1\``)
    expect(output).toMatch(/1 filter moved by more than .*\n.*3 \(max 0\.9998 → 1\.7\)/)
    expect(output).toContain('the picture carries no exact weights')

    const updated = await folder.run({ args: ['-u'], env: { CHANGES: '{"named":0.5,"right":0.7}' } })
    expect(updated.code).toBe(0)
    // Vitest counts the last repetition of a test only, and that one found the picture mended.
    expect(updated.output).toMatch(/Snapshots {2}3 updated/)
    const again = await folder.run({ env: { CI: '1', CHANGES: '{"named":0.5,"right":0.7}' } })
    expect(again.code).toBe(0)
  })

  test('a test that is gone: its picture is listed, and removed under -u', async () => {
    const env = { WITHOUT_LAST: '1', CHANGES: '{"named":0.5,"right":0.7}' }
    const listed = await folder.run({ env })
    expect(listed.output).toMatch(
      /Pictures {2}1 obsolete \(vitest -u removes\)\n\s+↳ __weights__\/cnn\.test\.ts\/last\.png/,
    )
    expect(folder.list(pictures)).toContain('last.png')

    const filtered = await folder.run({ args: ['-u', '-t', 'repeated'], env })
    expect(filtered.output).not.toContain('Pictures')
    expect(folder.list(pictures)).toHaveLength(7)

    const removed = await folder.run({ args: ['-u'], env })
    expect(removed.output).toMatch(/Pictures {2}1 removed/)
    expect(folder.list(pictures)).toHaveLength(6)
    expect(folder.list(pictures)).not.toContain('last.png')
  })
})

test('in CI nothing is written; bad names, .not and a blocked folder give one clear error each', async () => {
  const other = new VitestFolder()
  const errors = `${spec}
    test('new', () => expect(kernel('a')).toMatchWeightImage('new'))
    test('empty name', () => expect(kernel('a')).toMatchWeightImage(''))
    test('not', () => expect(kernel('a')).not.toMatchWeightImage('not'))
    test.concurrent('global', () => expect(kernel('a')).toMatchWeightImage('global'))
    test('poll', () => expect.poll(() => kernel('a')).toMatchWeightImage('poll'))
    test('first', () => expect(kernel('a')).toMatchWeightImage('Same'))
    test('second', () => expect(kernel('a')).toMatchWeightImage('same'))
    test('twice', async () => {
      await expect.soft(kernel('a')).toMatchWeightImage('twice')
      await expect(kernel('b')).toMatchWeightImage('twice')
    })
  `
  try {
    other.write('errors.test.ts', errors)
    const inCI = await other.run({ env: { CI: '1' } })
    expect(inCI.output).toContain('has no snapshot `new 1` yet, and none is written in CI')
    expect(inCI.output).toContain('name: got ""; wanted a name with a visible character')
    expect(inCI.output).toContain('toMatchWeightImage cannot be used with not')
    expect(inCI.output).toContain('toMatchWeightImage cannot be used with expect.poll')
    expect(inCI.output).toContain('toMatchWeightImage in test.concurrent needs the expect of that test')
    expect(inCI.output).toContain(
      "The picture name same.png is already used in the test 'first' of this file",
    )
    expect(inCI.output).toContain('The picture name twice.png is already used earlier in this test')
    expect(other.list('.')).not.toContain('__weights__')
    expect(other.list('.')).not.toContain('__snapshots__')

    other.write('__weights__', 'a file where the folder should be')
    const blocked = await other.run({ args: ['-t', 'new'] })
    expect(blocked.output).toMatch(
      /Cannot write the picture __weights__\/errors\.test\.ts\/new\.png: a file lies where/,
    )
    // Neither half of the snapshot exists: the entry must not claim a picture that is not there.
    expect(other.list('.')).not.toContain('__snapshots__')
  } finally {
    other.remove()
  }
})

/** What an image optimiser leaves: the pixels. */
function withoutWeights(png: Buffer): Buffer {
  const start = png.indexOf('rcWT') - 4
  const length = png.readUInt32BE(start)
  return Buffer.concat([png.subarray(0, start), png.subarray(start + 12 + length)])
}
