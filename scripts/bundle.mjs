// node scripts/bundle.mjs dist: joins the modules of a built package into few files, in place, as it is published. Users
// load it in every worker: 280 files take four times as long as one. Types stay as they are.
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** What package.json exports, and what is loaded by its path. */
const entries = [
  'index',
  'plugin',
  'setup',
  'setup-tensorflow',
  'own-module',
  'package-version',
  'matchers/index',
  'checks/index',
  'report/reporter',
  'cli/main',
  'parallel/helper',
  'cli/doctor/report-backend',
  'backend/tfjs-node-fallback',
]

const dist = resolve(process.argv[2] ?? 'dist')
const joined = join(dirname(dist), '.bundled')
const build = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.js`)])),
  external: (id) => !/^[./]/.test(id),
  platform: 'node',
  // The compiler has written what Node reads: nothing is to be lowered.
  transform: { target: 'esnext' },
})
const needed = new Set(
  Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'))).dependencies),
)
// Shared files lie beside the entries at the top: own-module.ts finds the others from there.
const { output } = await build.write({ dir: joined, format: 'esm', chunkFileNames: '[name]-[hash].js' })
for (const { fileName, imports = [] } of output) {
  const unknown = imports.find(
    (name) => !/^(node:|vitest|@tensorflow\/)/.test(name) && !name.endsWith('.js') && !needed.has(name),
  )
  if (unknown) throw new Error(`${fileName} imports ${unknown}, which users do not have`)
}
for (const file of readdirSync(dist, { recursive: true })) if (file.endsWith('.js')) rmSync(join(dist, file))
for (const file of readdirSync(joined, { recursive: true }))
  if (file.endsWith('.js')) renameSync(join(joined, file), join(dist, file))
rmSync(joined, { recursive: true })
