import { existsSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addDevDependency, packageManagerOf } from '../backend/install/package-manager.js'
import { findVitestConfig } from './doctor/vitest-config.js'
import { configTemplate, testTemplate } from './init-templates.js'
import { installedPackage } from './project-package.js'

/** `init`: writes the configuration and a first test where there is none, and says what to do next. */
export async function initCommand(args: string[]): Promise<number> {
  parseArgs({ args, options: {} })
  const root = process.cwd()
  const lines = [
    await writeConfig(root),
    await writeIfAbsent(root, 'recipe.test.ts', testTemplate),
    ...(await ignoreReport(root)),
    '',
  ]
  console.log([...lines, ...nextSteps(root)].join('\n'))
  return 0
}

async function writeConfig(root: string): Promise<string> {
  const config = findVitestConfig(root)
  if (!config) return writeIfAbsent(root, 'vitest.config.ts', configTemplate)
  if (config.hasPlugin) return `kept    ${config.file} (has the plugin)`
  return `kept    ${config.file}. Add to it:  import recipe from 'vitest-recipe/plugin'  and  plugins: [recipe()]`
}

/** The report is made anew by every run: no place in version control. */
async function ignoreReport(root: string): Promise<string[]> {
  const path = join(root, '.gitignore')
  if (!existsSync(path)) return []
  const text = await readFile(path, 'utf8')
  if (/^\/?recipe-report\/?$/m.test(text)) return []
  await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}recipe-report/\n`)
  return ['added   recipe-report/ to .gitignore']
}

async function writeIfAbsent(root: string, name: string, text: string): Promise<string> {
  const path = join(root, name)
  if (existsSync(path)) return `kept    ${name} (was there)`
  // `wx`: even if it appeared this instant, it is not overwritten.
  await writeFile(path, text, { flag: 'wx' })
  return `wrote   ${name}`
}

function nextSteps(root: string): string[] {
  const missing = ['vitest', '@tensorflow/tfjs'].filter((name) => !installedPackage(name, root))
  const steps = [
    ...(missing.length > 0 ? [addDevDependency(packageManagerOf(root), missing.join(' ')).join(' ')] : []),
    'npx vitest-recipe install-tensorflow --add   (optional: the native backend, several times faster)',
    'npx vitest run',
    'put your own model and data into recipe.test.ts',
  ]
  return ['Next:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)]
}
