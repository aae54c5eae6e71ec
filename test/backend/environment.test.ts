import { expect, it } from 'vitest'
import { pinThreadEnvironment, threadEnvironment } from '../../src/backend/environment.js'

it('sets what is not set and keeps what is', () => {
  const environment: Record<string, string> = { TF_NUM_INTRAOP_THREADS: '4', PATH: '/bin' }
  pinThreadEnvironment(environment)
  expect(environment).toEqual({ ...threadEnvironment, TF_NUM_INTRAOP_THREADS: '4', PATH: '/bin' })
})
