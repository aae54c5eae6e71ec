import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { network, productAndSum } from '../checks/overfit/toy-programs.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const options = { train: productAndSum(200, 1), validation: productAndSum(200, 3), steps: 150, seeds: 6 }
const linear = network({ hidden: 0 })
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )

test('what holds passes, what does not passes under .not', async () => {
  await expectNoNewTensors(async () => {
    await expect(network()).toEarnItsComplexityOver(linear, options)
    await expect([linear, network()]).toImproveWithEachAddition(options)
    await expect(network()).toGeneralizeBetterThan(linear, options)
    await expect({ create: network(), ...options }).toGeneralizeBetterThan(
      { create: linear, ...options },
      { seeds: 6 },
    )
    await expect(linear).not.toGeneralizeBetterThan(network(), options)
  })
})

test('the message tells the hypothesis, the effect with its limits, and the seeds', async () => {
  const message = await messageOf(expect(linear).toGeneralizeBetterThan(network(), options))
  expect(message).toMatch(/toGeneralizeBetterThan/)
  expect(message).toMatch(
    /Against the baseline it lowers validation loss by ≥ 1 %: refuted\. loss [\d.]+ → [\d.]+, \+[\d.]+ % \(\+[\d.]+ % … \+[\d.]+ %\) over \d seeds\./,
  )
  expect(message).toMatch(/measured {2}effect [\d.]+ · low [\d.]+ · high [\d.]+ · seeds \d · steps 150/)
  expect(message).toMatch(/expected {2}effect lowers validation loss by ≥ 1 %/)
  expect(await messageOf(expect(network()).not.toEarnItsComplexityOver(linear, options))).toMatch(
    /to fail, but it passed\. With 129 weights instead of 7/,
  )
})

test('bad input throws, under .not too', async () => {
  await expect(expect(linear).not.toEarnItsComplexityOver(network(), options)).rejects.toThrow(/^simpler/)
  await expect(expect(linear).not.toImproveWithEachAddition(options)).rejects.toThrow(/^subjects/)
  await expect(expect(linear).not.toGeneralizeBetterThan(network())).rejects.toThrow(/^options\.train/)
  await expect(
    expect(linear).not.toGeneralizeBetterThan(network(), { ...options, seeds: 1 }),
  ).rejects.toThrow(/^options\.seeds/)
})
