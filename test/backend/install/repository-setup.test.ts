import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import lock from '../../../package-lock.json' with { type: 'json' }

// What lets `npm ci` alone leave a native backend, with npm 10 and with npm 11. scripts/prepare.mjs does the rest.

interface LockEntry {
  peer?: boolean
  optionalDependencies?: Record<string, string>
}

const entries = lock.packages as object as Record<string, LockEntry>

test('npm leaves tfjs-node out, so that its install script never runs', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../.npmrc'), 'utf8')).toMatch(/^omit=peer$/m)
  expect(entries['node_modules/@tensorflow/tfjs-node']).toMatchObject({ peer: true })
})

test('for users, tfjs-node is an optional peer and nothing else', () => {
  const { dependencies, devDependencies, peerDependenciesMeta } = manifest
  expect(Object.keys({ ...dependencies, ...devDependencies })).not.toContain('@tensorflow/tfjs-node')
  expect(manifest).not.toHaveProperty('optionalDependencies')
  expect(peerDependenciesMeta['@tensorflow/tfjs-node']).toEqual({ optional: true })
})

test('the lock file has every platform’s optional packages: without one, npm 11 calls it out of sync', () => {
  const missing = Object.entries(entries).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !entries[`node_modules/${name}`] && !entries[`${path}/node_modules/${name}`],
    ),
  )
  expect(missing).toEqual([])
})
