import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { ablationTable } from '../../src/experiments/ablation-table.js'
import { type AblationOptions, runAblation } from '../../src/experiments/run-ablation.js'
import type { Recipe } from '../../src/recipe/recipe.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const examplesOf = (count: number, seed: number) => {
  const xs = tf.randomNormal([count, 6], 0, 1, 'float32', seed)
  const ys = tf.tidy(() => {
    const signal = xs
      .slice([0, 0], [-1, 1])
      .mul(xs.slice([0, 1], [-1, 1]))
      .add(xs.slice([0, 2], [-1, 1]))
    return signal.add(tf.randomNormal([count, 1], 0, 0.3, 'float32', seed + 1))
  })
  return { xs, ys }
}

interface Size {
  units?: number
  rate?: number
  hidden?: number
  dropout?: number
}

const create =
  ({ units = 16, rate = 0.01, hidden = 1, dropout = 0 }: Size = {}) =>
  () => {
    const model = tf.sequential()
    for (let i = 0; i < hidden; i++) {
      model.add(tf.layers.dense({ units, activation: 'tanh', ...(i === 0 && { inputShape: [6] }) }))
      if (dropout > 0) model.add(tf.layers.dropout({ rate: dropout }))
    }
    model.add(tf.layers.dense({ units: 1, ...(hidden === 0 && { inputShape: [6] }) }))
    model.compile({ optimizer: tf.train.adam(rate), loss: 'meanSquaredError' })
    return model
  }

const base: Recipe = { create: create(), train: examplesOf(200, 1), validation: examplesOf(200, 3) }
const quick: AblationOptions = { steps: 150, seeds: 6 }

describe('verdicts', () => {
  test('a true, a false and an undecidable hypothesis', async () => {
    const report = await expectNoNewTensors(() =>
      runAblation(
        'toy',
        base,
        {
          linear: { ...base, create: create({ hidden: 0 }) },
          heavyDropout: { ...base, create: create({ dropout: 0.8 }) },
          slightlyWider: { ...base, create: create({ units: 17 }) },
          described: { ...base, batchSize: 64 },
        },
        {
          ...quick,
          hypothesis: {
            linear: 'raises validation loss by ≥ 5 %',
            heavyDropout: 'lowers validation loss by ≥ 2 %',
            slightlyWider: 'keeps validation loss within 0.1 %',
          },
        },
      ),
    )
    const verdicts = Object.fromEntries(report.arms.map(({ arm, verdict }) => [arm, verdict]))
    expect(verdicts).toMatchObject({
      linear: 'supported',
      heavyDropout: 'refuted',
      slightlyWider: 'undecided',
    })
    expect(report.passed).toBe(false)
    expect(report.interrupted).toBe(false)
    const seedsOf = (name: string) => report.arms.find(({ arm }) => arm === name)!.seeds
    expect(seedsOf('linear').length).toBeLessThan(6)
    expect(seedsOf('slightlyWider')).toEqual([42, 43, 44, 45, 46, 47])
    expect(ablationTable(report)).toMatch(/linear .* supported/)
  })

  test('an arm that diverges is refuted', async () => {
    const report = await runAblation(
      'toy',
      base,
      { tooFast: { ...base, create: create({ rate: 1e30 }) } },
      { ...quick, hypothesis: { tooFast: 'lowers validation loss' } },
    )
    expect(report.arms[0]).toMatchObject({ verdict: 'refuted', seeds: [42] })
    expect(ablationTable(report)).toContain('diverged')
  })
})

describe('one change at a time', () => {
  test('two changes are refused, with the list', async () => {
    const both = { ...base, create: create({ units: 32, rate: 0.02 }) }
    await expect(runAblation('toy', base, { both }, quick)).rejects.toThrow(
      /arms\.both: got 2 changes: width \(Dense units 16 → 32\), learning rate \(0\.0[12]\d* → 0\.02\d*\)/,
    )
  })

  test('no change is refused', async () => {
    await expect(runAblation('toy', base, { same: { ...base, create: create() } }, quick)).rejects.toThrow(
      'a program that does not differ from the base',
    )
  })

  test('other labels to predict are refused', async () => {
    await expect(
      runAblation('toy', base, { other: { ...base, validation: examplesOf(200, 9) } }, quick),
    ).rejects.toThrow(/validation labels/)
  })

  test('other steps are refused', async () => {
    await expect(runAblation('toy', base, { longer: { ...base, steps: 900 } }, quick)).rejects.toThrow(
      /the same steps/,
    )
  })
})

describe('bad input', () => {
  test.each([
    [{ seeds: 1 }, 'options.seeds'],
    [{ steps: 0 }, 'options.steps'],
    [{ alpha: 0 }, 'options.alpha'],
    [{ hypothesis: { wider: 'is nice' } }, 'hypothesis.wider'],
    [{ hypothesis: { deeper: 'lowers loss' } }, "'deeper', which is no arm"],
    [{ plan: { deviation: 0.5, effect: 0.01 } }, 'options.seeds'],
    [{ hypothesis: { wider: 'raises validation accuracy' } }, "'accuracy', which the program does not have"],
  ] as Array<[AblationOptions, string]>)('%j', async (options, message) => {
    const wider = { ...base, create: create({ units: 32 }) }
    await expect(runAblation('toy', base, { wider }, { steps: 20, ...options })).rejects.toThrow(message)
  })

  test('no arms', async () => {
    await expect(runAblation('toy', base, {})).rejects.toThrow(/^arms/)
  })

  test('no validation examples', async () => {
    const { validation: _, ...rest } = base
    await expect(runAblation('toy', rest, { a: rest })).rejects.toThrow('base.validation')
  })
})

describe('interrupted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ablation-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const journal = join(folder, 'toy.jsonl')
  const arms = {
    wider: { ...base, create: create({ units: 64 }) },
    linear: { ...base, create: create({ hidden: 0 }) },
  }
  const options: AblationOptions = {
    steps: 100,
    seeds: 4,
    journal,
    hypothesis: {
      wider: 'keeps validation loss within 0.01 %',
      linear: 'keeps validation loss within 0.01 %',
    },
  }

  test('it goes on where it stopped, with the same outcome', async () => {
    const whole = await runAblation('toy', base, arms, { ...options, journal: join(folder, 'whole.jsonl') })
    const stop = new AbortController()
    let runs = 0
    const first = await runAblation('toy', base, arms, {
      ...options,
      signal: stop.signal,
      onProgress: (progress) => {
        runs = Math.max(runs, progress.runs)
        if (progress.runs >= 3) stop.abort()
      },
    })
    if (first.interrupted) {
      expect(existsSync(journal)).toBe(true)
      writeFileSync(journal, '{"half a li', { flag: 'a' })
    }
    const second = await runAblation('toy', base, arms, options)
    expect(second.stepsSpent).toBeLessThan(whole.stepsSpent)
    expect(second.arms.map(({ mean, verdict }) => [mean, verdict])).toEqual(
      whole.arms.map(({ mean, verdict }) => [mean, verdict]),
    )
    expect(existsSync(journal)).toBe(false)
  })
})
