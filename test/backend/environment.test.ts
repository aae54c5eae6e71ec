import { expect, it } from 'vitest'
import { pinThreadEnvironment, threadEnvironment } from '../../src/backend/environment.js'

it('sets what is not set and keeps what is', () => {
  const environment: Record<string, string> = { TF_NUM_INTRAOP_THREADS: '4', PATH: '/bin' }
  pinThreadEnvironment(environment)
  expect(environment).toEqual({ ...threadEnvironment, TF_NUM_INTRAOP_THREADS: '4', PATH: '/bin' })
})

it.each([
  ['a flag', ['--cpu-prof', '--cpu-prof-dir=profile'], {}],
  ['NODE_OPTIONS', undefined, { NODE_OPTIONS: '--no-warnings --cpu-prof' }],
])('takes instructions that bear interruptions when profiled by %s', (_, flags, options) => {
  const environment: Record<string, string> = { ...options }
  pinThreadEnvironment(environment, flags)
  expect(environment.ONEDNN_MAX_CPU_ISA).toBe('AVX')
})

it('leaves that choice to who profiles, too', () => {
  const environment = { ONEDNN_MAX_CPU_ISA: 'AVX512_CORE' }
  pinThreadEnvironment(environment, ['--cpu-prof'])
  expect(environment.ONEDNN_MAX_CPU_ISA).toBe('AVX512_CORE')
})
