import { expect, test } from 'vitest'
import type { Facts } from '../../src/cli/doctor/facts.js'
import { findProblems } from '../../src/cli/doctor/findings.js'
import { describeHealth } from '../../src/cli/doctor/text.js'

const versions = {
  vitest: '4.1.12',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-node': '4.22.0',
  '@tensorflow/tfjs-node-gpu': undefined,
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
}

const addon = {
  package: '@tensorflow/tfjs-node' as const,
  version: '4.22.0',
  directory: '/p/node_modules/@tensorflow/tfjs-node',
  addonPath: '/p/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node',
  state: 'ready' as const,
}

const healthy: Facts = {
  root: '/p',
  node: '20.20.2',
  packageManager: 'npm',
  versions,
  coreCopies: ['/p/node_modules/@tensorflow/tfjs-core'],
  nativeAddon: addon,
  backend: { name: 'tensorflow', why: 'tfjs-node 4.22.0', computes: true },
  cores: 2,
  threadSettings: {},
  config: { file: 'vitest.config.ts', hasPlugin: true, threadPool: undefined },
  buildTools: undefined,
}

const onWasm = { name: 'wasm' as const, why: 'wasm 4.22.0', computes: true }
const allTools = { platform: undefined, pip: undefined, compiler: undefined }

test('a healthy project has no findings', () => {
  expect(findProblems(healthy)).toEqual([])
  expect(describeHealth(healthy, [])).toMatch(/Nothing is wrong\.$/)
})

test.for<
  [name: string, change: Partial<Facts>, severity: 'error' | 'warning', message: RegExp, mend: string]
>([
  ['Node is too old', { node: '18.20.0' }, 'error', /Node 18\.20\.0 is not supported/, '22.12'],
  ['Node 23', { node: '23.1.0' }, 'error', /not supported/, '24'],
  [
    'no vitest',
    { versions: { ...versions, vitest: undefined } },
    'error',
    /vitest is not installed/,
    'npm install --save-dev vitest',
  ],
  ['an old vitest', { versions: { ...versions, vitest: '3.2.7' } }, 'error', /too old/, 'vitest@^4.1.4'],
  [
    'Vitest 5 on Node 20',
    { versions: { ...versions, vitest: '5.1.1' } },
    'error',
    /crashes at the first failing test/,
    'vitest@^4.1.12',
  ],
  [
    'no tfjs, with pnpm',
    { versions: { ...versions, '@tensorflow/tfjs': undefined }, packageManager: 'pnpm' },
    'error',
    /tfjs is not installed/,
    'pnpm add --save-dev @tensorflow/tfjs',
  ],
  [
    'versions differ',
    { versions: { ...versions, '@tensorflow/tfjs-node': '4.20.0' } },
    'warning',
    /tfjs-node 4\.20\.0 and @tensorflow\/tfjs 4\.22\.0/,
    '@tensorflow/tfjs-node@4.22.0',
  ],
  ['two cores', { coreCopies: ['/p/a', '/p/b'] }, 'warning', /installed 2 times/, 'npm dedupe'],
  [
    'nothing starts',
    { backend: { name: 'none', why: 'Error: boom', computes: false }, nativeAddon: undefined },
    'error',
    /No backend starts: Error: boom/,
    'install-tensorflow',
  ],
  [
    'the addon does not load',
    { backend: { ...onWasm, warning: 'libtensorflow.so: cannot open' } },
    'error',
    /does not load. libtensorflow/,
    'npx vitest-recipe install-tensorflow',
  ],
  [
    'the addon is missing',
    { backend: onWasm, nativeAddon: { ...addon, state: 'addon-missing' }, buildTools: allTools },
    'warning',
    /run on wasm, slower/,
    'npx vitest-recipe install-tensorflow',
  ],
  [
    'tfjs-node is missing',
    { backend: onWasm, nativeAddon: undefined, buildTools: allTools },
    'warning',
    /tfjs-node is not installed/,
    'install-tensorflow --add',
  ],
  ['no configuration', { config: undefined }, 'warning', /no vitest.config/, 'npx vitest-recipe init'],
  [
    'no plugin',
    { config: { file: 'vite.config.ts', hasPlugin: false, threadPool: undefined } },
    'warning',
    /vite\.config\.ts does not use the plugin/,
    'plugins: [recipe()]',
  ],
  [
    'worker threads',
    { config: { file: 'vitest.config.ts', hasPlugin: true, threadPool: 'threads' } },
    'warning',
    /worker threads/,
    "pool: 'threads'",
  ],
])('%s', ([, change, severity, message, mend]) => {
  const [finding, ...others] = findProblems({ ...healthy, ...change })
  expect(others).toEqual([])
  expect(finding).toMatchObject({ severity, message: expect.stringMatching(message) })
  expect(finding!.mend).toContain(mend)
})

test('where no native backend exists, wasm is no fallback to warn of', () => {
  const musl = { message: 'This Linux uses musl', advice: 'use wasm' }
  const facts = {
    ...healthy,
    backend: onWasm,
    nativeAddon: undefined,
    buildTools: { ...allTools, platform: musl },
  }
  expect(findProblems(facts)).toEqual([])
})

test('a tool that building would need is named with its command', () => {
  const pip = { message: 'python3 has no pip', advice: 'apt-get install python3-pip' }
  const facts = { ...healthy, backend: onWasm, nativeAddon: undefined, buildTools: { ...allTools, pip } }
  expect(findProblems(facts)).toContainEqual(
    expect.objectContaining({ severity: 'warning', mend: 'apt-get install python3-pip' }),
  )
})

test('errors come before warnings', () => {
  const facts = { ...healthy, config: undefined, versions: { ...versions, vitest: undefined } }
  expect(findProblems(facts).map(({ severity }) => severity)).toEqual(['error', 'warning'])
})
