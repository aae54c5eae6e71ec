import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import type { BackendName } from './backend-name.js'
import { registerKernels } from './kernels/index.js'
import { loadNativeAddon } from './load-native.js'
import { locateNativeAddons, type NativePackage, packageDirectory, packageVersion } from './locate.js'

export type { BackendName } from './backend-name.js'

export interface BackendChoice {
  name: BackendName
  /** One line for people: which package runs, in which version, on how many threads. */
  why: string
  /** One line when a better backend was wanted and is not there: why, and the command that mends it. */
  warning?: string
  /** The native package, when the backend is `tensorflow`. */
  package?: NativePackage
}

type Attempt = { choice: BackendChoice } | { problem: string }

const wasmPackage = '@tensorflow/tfjs-backend-wasm'
const installCommand = 'npx vitest-recipe install-tensorflow'

let chosen: BackendChoice | undefined

/** The backend that this process runs on, where it was chosen here. */
export const backendInUse = (): BackendChoice | undefined => chosen

/**
 * Chooses and sets the TensorFlow.js backend of this process, and mends its kernels. `auto` takes the native
 * addon, else WebAssembly, else plain JavaScript. Calling it again sets the same backend again.
 *
 * @param options.root the project's folder, from which packages are resolved
 * @throws when an explicitly named backend cannot run, saying why and what to do
 */
export async function selectBackend(options: {
  backend: 'auto' | BackendName
  root: string
}): Promise<BackendChoice> {
  chosen = await choose(options)
  return chosen
}

async function choose({
  backend,
  root,
}: {
  backend: 'auto' | BackendName
  root: string
}): Promise<BackendChoice> {
  if (backend === 'cpu') return useCpu()
  if (backend === 'wasm') {
    const attempt = await tryWasm(root)
    if ('choice' in attempt) return attempt.choice
    throw new Error(
      `vitest-recipe: backend 'wasm' cannot run: ${attempt.problem}. Run \`npm install --save-dev ${wasmPackage}\`.`,
    )
  }
  const native = await tryNative(root)
  if ('choice' in native) return native.choice
  if (backend === 'tensorflow') {
    throw new Error(
      `vitest-recipe: backend 'tensorflow' cannot run: ${native.problem}. Run \`${installCommand}\`.`,
    )
  }
  return fallBack(native.problem, root)
}

async function fallBack(nativeProblem: string, root: string): Promise<BackendChoice> {
  const wasm = await tryWasm(root)
  if ('choice' in wasm) {
    const warning = `vitest-recipe: running on wasm (slower): ${nativeProblem}. Run \`${installCommand}\`.`
    return { ...wasm.choice, warning }
  }
  const warning =
    `vitest-recipe: running on cpu (plain JavaScript, convolutions about 400 times slower): ${nativeProblem}; ` +
    `${wasm.problem}. Run \`${installCommand}\` or \`npm install --save-dev ${wasmPackage}\`.`
  return { ...(await useCpu()), warning }
}

async function tryNative(root: string): Promise<Attempt> {
  const addons = locateNativeAddons(root)
  if (addons.length === 0) return { problem: '@tensorflow/tfjs-node is not installed' }
  const problems: string[] = []
  for (const addon of addons) {
    const loading = loadNativeAddon(addon)
    if ('problem' in loading) {
      problems.push(loading.problem)
      continue
    }
    await use('tensorflow')
    const why = `${addon.package} ${addon.version}, ${threads(process.env.TF_NUM_INTRAOP_THREADS)}`
    return { choice: { name: 'tensorflow', why, package: addon.package } }
  }
  return { problem: problems.join('; ') }
}

async function tryWasm(root: string): Promise<Attempt> {
  const directory = packageDirectory(wasmPackage, root)
  if (!directory) return { problem: `${wasmPackage} is not installed` }
  try {
    // Loaded as CommonJS, like TensorFlow.js itself, so that both meet the same copy of its core.
    if (!tf.findBackendFactory('wasm')) createRequire(import.meta.url)(directory)
    await use('wasm')
  } catch (error) {
    return { problem: `${wasmPackage} is installed but does not start: ${firstLine(error)}` }
  }
  return { choice: { name: 'wasm', why: `${wasmPackage} ${packageVersion(directory)}, 1 thread` } }
}

async function useCpu(): Promise<BackendChoice> {
  await use('cpu')
  return { name: 'cpu', why: `@tensorflow/tfjs ${tf.version.tfjs}, plain JavaScript, 1 thread` }
}

async function use(name: BackendName): Promise<void> {
  registerKernels(name)
  silenceNodeBanner()
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend '${name}'`)
  await tf.ready()
}

/**
 * The cpu backend greets with "Hi, looks like you are running TensorFlow.js in Node.js …" on its first write.
 * Next to our own warning that is a repetition, and beside the native backend nonsense, so it is told that this
 * was not its first.
 */
function silenceNodeBanner(): void {
  const cpu = tf.findBackend('cpu') as { firstUse?: boolean } | null
  if (cpu) cpu.firstUse = false
}

function threads(setting: string | undefined): string {
  if (setting === '1') return '1 thread'
  return Number(setting) > 1 ? `${setting} threads` : 'one thread per core'
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0]!
}
