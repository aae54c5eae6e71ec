// Compiles src/, fixtures/ and bench/ beside the cache and runs the calibration: see bench/calibrate/main.ts.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
const run = (...command) => {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
run(join(typescript, 'bin/tsc'), '-p', 'tsconfig.bench.json')
run('node_modules/.cache/vitest-recipe/bench/bench/calibrate/main.js', ...process.argv.slice(2))
