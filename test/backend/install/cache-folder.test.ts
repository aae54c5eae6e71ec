import { expect, test } from 'vitest'
import { cacheFolder } from '../../../src/backend/install/cache-folder.js'

test.for([
  ['linux', {}, '/home/ada/.cache/vitest-recipe'],
  ['linux', { XDG_CACHE_HOME: '/var/cache/ada' }, '/var/cache/ada/vitest-recipe'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/ada/.cache/vitest-recipe'],
  ['darwin', {}, '/home/ada/Library/Caches/vitest-recipe'],
  ['linux', { VITEST_RECIPE_CACHE: '/mnt/big' }, '/mnt/big'],
] as const)('%s %o', ([os, env, expected]) => {
  expect(cacheFolder(env, os, '/home/ada')).toBe(expected)
})
