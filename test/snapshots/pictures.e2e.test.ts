import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { VitestFolder } from './run-vitest.js'

/** Real digits; what `CHANGE` names is done to them, or to the model. */
const suite = (root: string) => `
  import * as tf from '@tensorflow/tfjs'
  import { beforeAll, expect, test } from 'vitest'
  import { digits } from '${root}/fixtures/digits.ts'
  const change = process.env.CHANGE
  const train = digits('train', 0, 600)
  const take = (from) => tf.tidy(() => tf.keep(from.slice(0, 16)))
  const on = { xs: take(train.xs), ys: take(train.ys) }

  function relabelled() {
    const labels = train.ys.arraySync()
    for (let i = 0; i < 30; i++) labels[i] = labels[i].map((_, k) => labels[i][(k + 3) % 10])
    return { xs: train.xs, ys: tf.tensor2d(labels) }
  }
  const preprocess = () => change === 'twice'
    ? [tf.layers.rescaling({ scale: 2, offset: -1, inputShape: [28, 28, 1] }), tf.layers.rescaling({ scale: 1 / 255 })]
    : [tf.layers.rescaling({ scale: 2, offset: -1, inputShape: [28, 28, 1] })]
  function create() {
    const model = tf.sequential({
      layers: [...preprocess(), tf.layers.flatten(), tf.layers.dense({ units: 10, activation: 'softmax' })],
    })
    model.compile({ optimizer: tf.train.sgd(change === 'faster' ? 0.2 : 0.02), loss: 'categoricalCrossentropy' })
    return model
  }

  test('data', () => expect(change === 'relabelled' ? relabelled() : train).toMatchDataImage('digits'))
  test('input', () => expect(create).toMatchInputImage('batch', { on }))
  test('dynamics', () => expect(create).toMatchPredictionImage('dynamics', { train, on, steps: 32 }))

  let trained
  const losses = []
  beforeAll(async () => {
    trained = create()
    trained.setWeights([tf.zeros([784, 10]), tf.zeros([10])])
    for (let step = 0; step < 24; step++) losses.push(await trained.trainOnBatch(train.xs, train.ys))
  })
  test('confusion', () => expect(trained).toMatchConfusionImage('confusion', { on: train }))
  test('activations', () => expect(trained).toMatchActivationImage('activations', { on, layer: trained.layers.length - 1 }))
  test('figure', () => expect({ loss: losses }).toMatchFigure('losses'))
`
const folder = new VitestFolder()
beforeAll(() => folder.write('net.test.ts', suite(process.cwd())))
afterAll(() => folder.remove())

describe('one after the other, as a user would', () => {
  test('the first run writes six pictures of at most 50 KB', async () => {
    const { code, output } = await folder.run()
    expect(output).toContain('Snapshots  6 written')
    expect(code).toBe(0)
    const pictures = folder.list('__images__/net.test.ts')
    expect(pictures).toEqual([
      'activations.png',
      'batch.png',
      'confusion.png',
      'digits.png',
      'dynamics.png',
      'losses.svg',
    ])
    for (const name of pictures) {
      const size = folder.read(`__images__/net.test.ts/${name}`).length
      expect(size).toBeGreaterThan(1200)
      expect(size).toBeLessThan(50_000)
    }
    const snap = folder.read('__snapshots__/net.test.ts.snap').toString()
    expect(snap).toContain('- float32, preprocessed by the program')
    expect(snap).toMatch(/^- label 9: \d+ examples$/m)
  })

  test.each([
    ['nothing', [], undefined],
    ['relabelled', ['label 0: 58 examples → 60 examples', 'as many examples, labelled otherwise'], 'digits'],
    ['twice', ['now 0.003922 times the old values', 'normalised otherwise, or twice'], 'batch'],
    [
      'faster',
      [
        'the same start, different from step 1 on: optimizer, learning rate',
        'jitter',
        'not predicted at all any more',
        'the same features, trained or fed otherwise',
        'loss starts the same, and differs from step 1 on',
        'losses-difference.svg (both on the same axes)',
      ],
      'dynamics',
    ],
  ] as const)('%s changed', async (change, said, picture) => {
    const { code, output } = await folder.run({ env: { CI: '1', CHANGE: change } })
    expect(code).toBe(picture ? 1 : 0)
    for (const part of said) expect(output).toContain(part)
    if (picture) {
      expect(output).toContain(`${picture}-difference.png (before | after | Δ)`)
      expect(output).toMatch(
        /shown: internal:toMatchScreenshot .* reference \d+x\d+, actual \d+x\d+, diff \d+x\d+/,
      )
    }
    if (process.env.SHOW) console.log(output)
  })
})
