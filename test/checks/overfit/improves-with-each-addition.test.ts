import { expect, test } from 'vitest'
import {
  checkImprovesWithEachAddition,
  type ImprovesWithEachAdditionOptions,
} from '../../../src/checks/overfit/improves-with-each-addition.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { network, productAndSum } from './toy-programs.js'

const options: ImprovesWithEachAdditionOptions = {
  train: productAndSum(200, 1),
  validation: productAndSum(200, 3),
  steps: 150,
  seeds: 6,
}
const constant = network({ hidden: 0, rate: 1e-9 })
const linear = network({ hidden: 0 })

test('every addition improves', async () => {
  const result = await expectNoNewTensors(() =>
    checkImprovesWithEachAddition([constant, linear, network()], options),
  )
  expect(result).toMatchObject({ status: 'passed', stage: 'overfit', causes: [] })
  expect(result.measured['effect 1']).toBeLessThan(-0.01)
  expect(result.measured['effect 2']).toBeLessThan(-0.01)
  expect(result.summary).toMatch(/^Every addition improves: addition 1 lowers .* addition 2 lowers/)
})

test('the addition that does not improve is told', async () => {
  const result = await expectNoNewTensors(() =>
    checkImprovesWithEachAddition([constant, network(), linear], options),
  )
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/^1 of 2 additions improve\. Addition 2 lowers .*: refuted\./)
  expect(result.summary).not.toContain('Addition 1')
})

test.each([[[]], [[linear]], [linear]])('bad input: %j', async (subjects) => {
  await expect(checkImprovesWithEachAddition(subjects as never, options)).rejects.toThrow(/^subjects/)
})
