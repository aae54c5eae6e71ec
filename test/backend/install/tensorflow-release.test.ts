import { expect, test } from 'vitest'
import { releaseFor } from '../../../src/backend/install/tensorflow-release.js'

test.for([
  ['linux', 'x64', '2.36', 'tensorflow-cpu', false],
  ['linux', 'arm64', '2.31', 'tensorflow', true],
  ['darwin', 'arm64', undefined, 'tensorflow', true],
] as const)('%s %s has a release', ([os, arch, glibc, distribution, untested]) => {
  expect(releaseFor({ os, arch, glibc })).toMatchObject({ distribution, untested })
})

test('the tested platform’s wheel is pinned by its digest', () => {
  expect(releaseFor({ os: 'linux', arch: 'x64', glibc: '2.36' }).wheelSha256).toMatch(/^[0-9a-f]{64}$/)
})

test.for([
  ['win32', 'x64', undefined, /no TensorFlow .* for win32/],
  ['darwin', 'x64', undefined, /no TensorFlow .* for darwin on x64/],
  ['linux', 'x64', undefined, /musl/],
  ['linux', 'x64', '2.17', /glibc 2\.17/],
] as const)('%s %s with glibc %s is told to use wasm', ([os, arch, glibc, message]) => {
  expect(() => releaseFor({ os, arch, glibc })).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(message),
      advice: expect.stringContaining('tfjs-backend-wasm'),
    }),
  )
})
