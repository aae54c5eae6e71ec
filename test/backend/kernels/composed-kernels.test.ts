import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerKernels } from '../../../src/backend/kernels/index.js'
import { relativeDifference, spacedValues } from './gradient-error.js'

let backendBefore: string | undefined

beforeAll(async () => {
  backendBefore = tf.getBackend()
  registerKernels('wasm')
  registerKernels('cpu')
})

afterAll(async () => {
  if (backendBefore) await tf.setBackend(backendBefore)
})

/** Runs the same computation on wasm and on cpu, whose kernel is the reference, and counts what wasm leaks. */
async function onBoth(compute: () => tf.Tensor) {
  const results = []
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend)
    const before = { tensors: tf.memory().numTensors, data: tf.backend().numDataIds() }
    const tensor = tf.tidy(compute)
    const { shape, dtype } = tensor
    const values = Array.from(tensor.dataSync())
    tensor.dispose()
    const leaked = {
      tensors: tf.memory().numTensors - before.tensors,
      data: tf.backend().numDataIds() - before.data,
    }
    results.push({ shape, dtype, values, leaked })
  }
  return { cpu: results[0]!, wasm: results[1]! }
}

const values = (...shape: number[]) =>
  tf.tensor(
    spacedValues(
      shape.reduce((product, length) => product * length, 1),
      { gap: 0.1 },
    ),
    shape,
  )

/** einsum by its definition: for every choice of indices, the product of the operands is added to the output. */
function einsumByDefinition(equation: string, operands: tf.Tensor[]): { shape: number[]; values: number[] } {
  const [inputs, output] = equation.split('->') as [string, string]
  const terms = inputs.split(',')
  const labels = [...new Set(inputs.replace(',', ''))]
  const lengths = new Map(
    terms.flatMap((term, i) => [...term].map((label, axis) => [label, operands[i]!.shape[axis]!])),
  )
  const shape = [...output].map((label) => lengths.get(label)!)
  const sums = tf.buffer(shape.length ? shape : [1])
  const data = operands.map((operand) => operand.bufferSync())
  const visit = (index: Map<string, number>, depth: number) => {
    if (depth < labels.length) {
      for (let i = 0; i < lengths.get(labels[depth]!)!; i++)
        visit(new Map(index).set(labels[depth]!, i), depth + 1)
      return
    }
    const at = (term: string) => [...term].map((label) => index.get(label)!)
    const product = data.reduce((result, buffer, i) => result * Number(buffer.get(...at(terms[i]!))), 1)
    const place = shape.length ? at(output) : [0]
    sums.set(Number(sums.get(...place)) + product, ...place)
  }
  visit(new Map(), 0)
  return { shape, values: [...(sums.values as Float32Array)] }
}

describe('einsum on wasm and cpu', () => {
  it.each([
    ['ij,jk->ik', [3, 4], [4, 5]],
    ['ij,jk->ki', [3, 4], [4, 5]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
    ['aecd,abcd->acbe', [2, 3, 4, 5], [2, 6, 4, 5]],
    ['acbe,aecd->abcd', [2, 4, 6, 3], [2, 3, 4, 5]],
    ['i,i->', [7], [7]],
    ['i,j->ij', [3], [4]],
    ['bi,bi->b', [3, 5], [3, 5]],
    ['ij,ij->ij', [3, 5], [3, 5]],
    ['ijk,k->j', [2, 3, 4], [4]],
    ['ij,kl->l', [2, 3], [4, 5]],
    ['ij->ji', [3, 4]],
    ['ij->', [3, 4]],
    ['ijk->i', [3, 4, 2]],
    ['ij->ij', [3, 4]],
  ])('%s', async (equation, ...shapes) => {
    const operands = () => (shapes as number[][]).map((shape) => values(...shape))
    const { cpu, wasm } = await onBoth(() => tf.einsum(equation, ...operands()))
    const expected = tf.tidy(() => einsumByDefinition(equation, operands()))
    for (const actual of [cpu, wasm]) {
      expect(actual.shape).toEqual(expected.shape)
      expect(relativeDifference(actual.values, expected.values)).toBeLessThan(1e-5)
      expect(actual.leaked).toEqual({ tensors: 0, data: 0 })
    }
  })
})

describe('unsortedSegmentSum on wasm', () => {
  it('sums rows by segment and drops rows outside all segments', async () => {
    const { cpu, wasm } = await onBoth(() =>
      tf.unsortedSegmentSum(values(5, 3), tf.tensor1d([2, 0, 2, -1, 9], 'int32'), 4),
    )
    expect(wasm.shape).toEqual([4, 3])
    expect(relativeDifference(wasm.values, cpu.values)).toBeLessThan(1e-6)
    expect(wasm.leaked).toEqual({ tensors: 0, data: 0 })
  })

  it('keeps integers', async () => {
    const { wasm } = await onBoth(() =>
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([0, 1, 0], 'int32'), 2),
    )
    expect(wasm).toMatchObject({ dtype: 'int32', values: [4, 2] })
  })
})

describe('depthwise gradients on wasm', () => {
  // TensorFlow.js differentiates no dilated convolution, and cpu's kernels ignore dilations; called directly,
  // ours are the adjoints of the dilated forward pass: <dy, f(x, w)> = <x, f_x(dy, w)> = <w, f_w(x, dy)>.
  it.each(['same', 'valid'] as const)('take dilations, padding %s', async (pad) => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const x = values(2, 7, 6, 2) as tf.Tensor4D
      const filter = values(3, 2, 2, 2) as tf.Tensor4D
      const y = tf.depthwiseConv2d(x, filter, 1, pad, 'NHWC', 2)
      const dy = values(...y.shape)
      const run = (kernel: string, inputs: tf.NamedTensorMap, attributes: object) =>
        tf
          .engine()
          .runKernel(kernel, inputs, { strides: 1, pad, dilations: [2, 2], ...attributes }) as tf.Tensor
      const gradients = {
        x: run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { inputShape: x.shape }),
        filter: run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { filterShape: filter.shape }),
      }
      const product = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0]!
      const expected = product(dy, y)
      expect(product(x, gradients.x) / expected).toBeCloseTo(1, 4)
      expect(product(filter, gradients.filter) / expected).toBeCloseTo(1, 4)
    })
  })
})

describe('pooling on wasm', () => {
  it('pools negatives in three dimensions, integers too', async () => {
    const { cpu, wasm } = await onBoth(() =>
      tf.maxPool3d(tf.cast(tf.sub(values(1, 4, 4, 4, 2), 50), 'int32') as tf.Tensor5D, 2, 2, 'same'),
    )
    expect(wasm.values).toEqual(cpu.values)
    expect(wasm.values.every((value) => value < 0)).toBe(true)
  })
})

it('registering twice warns of nothing and changes nothing', () => {
  const kernels = () => tf.getKernelsForBackend('wasm').length
  const before = kernels()
  registerKernels('wasm')
  expect(kernels()).toBe(before)
})
