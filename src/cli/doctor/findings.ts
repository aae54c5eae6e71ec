import {
  addDevDependency,
  type PackageManager,
  withoutScripts,
} from '../../backend/install/package-manager.js'
import type { Facts } from './facts.js'

/** Something that is wrong, or slower than it need be, and what mends it. */
export interface Finding {
  /** An error keeps tests from running or from being right; a warning does not. */
  severity: 'error' | 'warning'
  message: string
  mend: string
}

type Rule = (facts: Facts) => Finding | undefined

const rules: Rule[] = [
  oldNode,
  missingVitest,
  oldVitest,
  vitestTooNewForNode,
  missingTfjs,
  versionMismatch,
  duplicateCore,
  brokenBackend,
  brokenAddon,
  slowBackend,
  missingTool,
  missingPlugin,
  threadPool,
]

/** What is wrong, errors first. */
export function findProblems(facts: Facts): Finding[] {
  const findings = rules.map((rule) => rule(facts)).filter((finding) => finding !== undefined)
  return findings.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}

const installCommand = 'npx vitest-recipe install-tensorflow'

function oldNode({ node }: Facts): Finding | undefined {
  const supported = atLeast(node, '24.0.0') || (within(node, 22) && atLeast(node, '22.12.0'))
  if (supported || (within(node, 20) && atLeast(node, '20.19.0'))) return undefined
  return error(
    `Node ${node} is not supported.`,
    'Install Node 20.19 or later, 22.12 or later, or 24 (nodejs.org).',
  )
}

function missingVitest({ versions, packageManager }: Facts): Finding | undefined {
  if (versions.vitest) return undefined
  return error('vitest is not installed.', add(packageManager, 'vitest'))
}

function oldVitest({ versions: { vitest }, packageManager }: Facts): Finding | undefined {
  if (!vitest || atLeast(vitest, '4.1.4')) return undefined
  return error(`vitest ${vitest} is too old; 4.1.4 or later is needed.`, add(packageManager, 'vitest@^4.1.4'))
}

function vitestTooNewForNode({ versions: { vitest }, node, packageManager }: Facts): Finding | undefined {
  if (!vitest || !atLeast(vitest, '5.0.0') || atLeast(node, '22.12.0')) return undefined
  return error(
    `Vitest ${vitest} on Node ${node} crashes at the first failing test (it needs Map.groupBy, so Node 22.12).`,
    `${add(packageManager, 'vitest@^4.1.12')}   (or use Node 22.12 or later)`,
  )
}

function missingTfjs({ versions, packageManager }: Facts): Finding | undefined {
  if (versions['@tensorflow/tfjs']) return undefined
  return error('@tensorflow/tfjs is not installed.', add(packageManager, '@tensorflow/tfjs'))
}

function versionMismatch({ versions, packageManager }: Facts): Finding | undefined {
  const wanted = versions['@tensorflow/tfjs']
  const others = [
    '@tensorflow/tfjs-node',
    '@tensorflow/tfjs-node-gpu',
    '@tensorflow/tfjs-backend-wasm',
  ] as const
  const other = others.find((name) => wanted && versions[name] && versions[name] !== wanted)
  if (!wanted || !other) return undefined
  return warning(
    `${other} ${versions[other]} and @tensorflow/tfjs ${wanted} are of different versions.`,
    add(packageManager, `${other}@${wanted}`, withoutScripts(packageManager)),
  )
}

function duplicateCore({ coreCopies }: Facts): Finding | undefined {
  if (coreCopies.length < 2) return undefined
  return warning(
    `@tensorflow/tfjs-core is installed ${coreCopies.length} times, so tensors of one part of the program are ` +
      `strangers to another:\n${coreCopies.map((copy) => `  ${copy}`).join('\n')}`,
    'Give all @tensorflow packages one version, then: npm dedupe',
  )
}

function brokenBackend({ backend, versions }: Facts): Finding | undefined {
  if (!versions['@tensorflow/tfjs'] || (backend.name !== 'none' && backend.computes)) return undefined
  if (backend.name === 'none') return error(`No backend starts: ${backend.why}`, installCommand)
  return error(`The backend ${backend.name} multiplies two matrices wrongly.`, installCommand)
}

function brokenAddon({ backend, nativeAddon }: Facts): Finding | undefined {
  if (nativeAddon?.state !== 'ready' || backend.name === 'tensorflow') return undefined
  const reason = backend.warning?.split('\n', 1)[0] ?? backend.why
  return error(`The native addon is there but does not load. ${reason}`, installCommand)
}

function slowBackend({ backend, nativeAddon, buildTools, packageManager }: Facts): Finding | undefined {
  if (backend.name === 'tensorflow' || backend.name === 'none' || nativeAddon?.state === 'ready')
    return undefined
  if (buildTools?.platform && backend.name === 'wasm') return undefined // as good as it gets here
  const missing = nativeAddon
    ? `the native addon of ${nativeAddon.package} is missing`
    : 'tfjs-node is not installed'
  return warning(
    `Tests run on ${backend.name}, slower than the native backend: ${missing}.`,
    buildTools?.platform
      ? add(packageManager, '@tensorflow/tfjs-backend-wasm')
      : `${installCommand}${nativeAddon ? '' : ' --add'}`,
  )
}

function missingTool({ buildTools }: Facts): Finding | undefined {
  if (!buildTools || buildTools.platform) return undefined
  const problem = buildTools.pip ?? buildTools.compiler
  return problem && warning(`For the native backend: ${problem.message}`, problem.advice)
}

function missingPlugin({ config }: Facts): Finding | undefined {
  if (!config) return warning('There is no vitest.config here.', 'npx vitest-recipe init')
  if (config.hasPlugin) return undefined
  return warning(
    `${config.file} does not use the plugin.`,
    "Add to it:  import recipe from 'vitest-recipe/plugin'  and  plugins: [recipe()]",
  )
}

function threadPool({ config }: Facts): Finding | undefined {
  if (!config?.threadPool) return undefined
  return warning(
    `${config.file} runs tests in worker threads, where settings for threads and determinism do not reach ` +
      'native TensorFlow, and where its addon has been reported to fail.',
    `Remove pool: '${config.threadPool}' (the default is forks).`,
  )
}

function error(message: string, mend: string): Finding {
  return { severity: 'error', message, mend }
}

function warning(message: string, mend: string): Finding {
  return { severity: 'warning', message, mend }
}

function add(manager: PackageManager, wanted: string, ...flags: string[]): string {
  return addDevDependency(manager, wanted, flags).join(' ')
}

function atLeast(version: string, minimum: string): boolean {
  const [a, b] = [numbers(version), numbers(minimum)]
  const index = a.findIndex((part, position) => part !== b[position])
  return index === -1 || a[index]! > b[index]!
}

function within(version: string, major: number): boolean {
  return numbers(version)[0] === major
}

function numbers(version: string): number[] {
  return version.split('-')[0]!.split('.').map(Number)
}
