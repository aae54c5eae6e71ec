import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  addDevDependency,
  packageManagerOf,
  withoutScripts,
} from '../../../src/backend/install/package-manager.js'

test.for([
  ['package-lock.json', 'npm install --save-dev --ignore-scripts x'],
  ['pnpm-lock.yaml', 'pnpm add --save-dev --ignore-scripts x'],
  ['yarn.lock', 'yarn add --dev --ignore-scripts x'],
  ['.yarnrc.yml', 'yarn add --dev --mode=skip-build x'],
  ['bun.lock', 'bun add --dev --ignore-scripts x'],
  ['nothing', 'npm install --save-dev --ignore-scripts x'],
] as const)('%s above the project', ([file, command]) => {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-manager-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, file), '')
  const project = join(folder, 'packages/one')
  mkdirSync(project, { recursive: true })
  const manager = packageManagerOf(project)
  expect(addDevDependency(manager, 'x', [withoutScripts(manager)]).join(' ')).toBe(command)
})
