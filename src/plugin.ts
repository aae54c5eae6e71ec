import './matchers/assertions.js'
import type { Plugin } from 'vitest/config'
import type { BackendName } from './backend/backend-name.js'
import { locateNativeAddon } from './backend/locate.js'
import { helpersKey, type RecipeSettings, settingsKey } from './matchers/settings-key.js'
import { ownModule } from './own-module.js'
import { progressFor } from './report/audience.js'
import RecipeReporter, { defaultReport } from './report/reporter.js'

export interface RecipeOptions {
  /** Seeds every source of randomness of every test. Default 42. */
  seed?: number
  /** `auto` (default) takes the native addon, else WebAssembly, else plain JavaScript; a name insists. */
  backend?: 'auto' | BackendName
  /** Path of the report, from the project's root; false: none. Default 'recipe-report/index.html'. */
  report?: string | false
  /**
   * Whether trainings are shared by tests, files and runs: what was trained with the same program, data, options and seed
   * is not trained again. Default true.
   */
  cache?: boolean
}

/** Vitest's own default: a project that did not choose a timeout gets one that training fits into. */
const vitestTimeout = 5_000
const recipeTimeout = 120_000
/**
 * A module that only this plugin knows: files of installed packages are cached by Node for the life of a worker,
 * so with `isolate: false` a real file would set up the first test file only.
 */
const setupModule = '\0vitest-recipe:setup'
/** Marks a Vitest that has the reporter: with several projects the plugin, and this module, may be there several times. */
const hasReporter = Symbol.for('vitest-recipe.reporter')
const nativePackages = new Set(['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'])

/**
 * The Vitest plugin: registers the matchers, chooses the TensorFlow.js backend, seeds, runs tests in forked
 * processes and adds the reporter. It loads no TensorFlow.js itself: that happens in the workers.
 */
export default function recipe(options: RecipeOptions = {}): Plugin {
  const { seed, backend, cache, report } = assertOptions(options)
  let root = process.cwd()
  return {
    name: 'vitest-recipe',
    enforce: 'pre',
    configResolved(config) {
      root = config.root
    },
    /** A model file that imports tfjs-node goes on working where the native addon is missing. */
    resolveId(id) {
      if (id === setupModule) return id
      if (!nativePackages.has(id)) return undefined
      const usable = backend !== 'wasm' && backend !== 'cpu' && locateNativeAddon(root)?.state === 'ready'
      return usable ? undefined : ownModule('backend/tfjs-node-fallback')
    },
    load(id) {
      if (id !== setupModule) return undefined
      return `import { setUp } from ${JSON.stringify(ownModule('setup'))}\nawait setUp()`
    },
    configureVitest({ vitest, project }) {
      const { config } = project
      if (!config.setupFiles.includes(setupModule)) config.setupFiles.unshift(setupModule)
      project.provide(settingsKey, {
        seed,
        backend,
        cache,
        progress: progressFor(vitest.config),
        root: config.root,
        setupFiles: config.setupFiles.filter((file) => file !== setupModule),
      } satisfies RecipeSettings)
      project.provide('vitest-recipe:attachments-folder', config.attachmentsDir)
      project.provide(helpersKey, 0)
      // In threads the addon cannot see its environment settings (threads, oneDNN).
      if (config.pool === 'threads' || config.pool === 'vmThreads') {
        vitest.logger.warn(
          `vitest-recipe: pool '${config.pool}' hides the thread settings from TensorFlow, so results can differ between machines. Use pool: 'forks'.`,
        )
      }
      if (config.testTimeout === vitestTimeout) config.testTimeout = recipeTimeout
      if (!(hasReporter in vitest)) {
        Object.defineProperty(vitest, hasReporter, { value: true })
        vitest.config.reporters.push(new RecipeReporter({ report }) as never)
      }
    },
  }
}

function assertOptions({ seed = 42, backend = 'auto', cache = true, report = defaultReport }: RecipeOptions) {
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`recipe({ seed }): got ${String(seed)}; wanted a whole number`)
  }
  if (!['auto', 'tensorflow', 'wasm', 'cpu'].includes(backend)) {
    throw new TypeError(
      `recipe({ backend }): got ${JSON.stringify(backend)}; wanted 'auto', 'tensorflow', 'wasm' or 'cpu'`,
    )
  }
  if (report !== false && !(typeof report === 'string' && report.endsWith('.html'))) {
    throw new TypeError(
      `recipe({ report }): got ${JSON.stringify(report)}; wanted the path of an .html file, or false`,
    )
  }
  return { seed, backend, cache, report }
}
