import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type NativePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu'

/** An installed package with a native TensorFlow addon, as far as the files show. */
export interface NativeAddon {
  package: NativePackage
  version: string
  /** The package's folder. */
  directory: string
  /** Where this version of Node looks for the addon. */
  addonPath: string
  /** `ready`: the addon and libtensorflow are there (they may still fail to load). */
  state: 'ready' | 'addon-missing'
  /** What is not there, when the state is `addon-missing`. */
  missing?: 'addon' | 'libtensorflow'
}

interface PackageJson {
  version: string
  binary?: { napi_versions?: number[] }
}

const nativePackages: NativePackage[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/**
 * The native addon that a project would use: one that is ready before one that is not, the GPU package before
 * the other. Looks at files only, so it is safe in a process that must not load TensorFlow.
 *
 * @param root the project's folder; packages next to vitest-recipe itself are found too
 * @returns undefined when neither package is installed
 */
export function locateNativeAddon(root: string): NativeAddon | undefined {
  const addons = locateNativeAddons(root)
  return addons.find((addon) => addon.state === 'ready') ?? addons[0]
}

/** Every installed native package, the preferred one first. */
export function locateNativeAddons(root: string): NativeAddon[] {
  return nativePackages.flatMap((name) => {
    const directory = packageDirectory(name, root)
    return directory ? [inspect(name, directory)] : []
  })
}

/** The folder of an installed package, as seen from the project or else from vitest-recipe. */
export function packageDirectory(name: string, root: string): string | undefined {
  for (const from of [root, dirname(fileURLToPath(import.meta.url))]) {
    try {
      const packageJson = createRequire(join(from, 'package.json')).resolve(`${name}/package.json`)
      // Node remembers what it resolved, even when the package has been removed since.
      if (existsSync(packageJson)) return dirname(packageJson)
    } catch {
      // Not installed there.
    }
  }
  return undefined
}

/** The version in the package.json of an installed package's folder. */
export function packageVersion(directory: string): string {
  return readPackageJson(directory).version
}

function inspect(name: NativePackage, directory: string): NativeAddon {
  const { version, binary } = readPackageJson(directory)
  const supported = Number(process.versions.napi)
  const napiVersions = (binary?.napi_versions ?? []).filter((napi) => napi <= supported)
  const addonPath = join(directory, 'lib', `napi-v${Math.max(...napiVersions, 3)}`, 'tfjs_binding.node')
  const addon: NativeAddon = { package: name, version, directory, addonPath, state: 'ready' }
  if (!existsSync(addonPath)) return { ...addon, state: 'addon-missing', missing: 'addon' }
  if (!hasLibrary(directory, addonPath)) return { ...addon, state: 'addon-missing', missing: 'libtensorflow' }
  return addon
}

/** Whether libtensorflow is there; a link into a cache that was deleted does not count. */
function hasLibrary(directory: string, addonPath: string): boolean {
  // On Windows the library is copied next to the addon.
  return [join(directory, 'deps', 'lib'), dirname(addonPath)].some((folder) => {
    if (!existsSync(folder)) return false
    const libraries = readdirSync(folder).filter((file) =>
      /^(lib)?tensorflow(_cc)?\.(so|dll|.*dylib)/.test(file),
    )
    return libraries.length > 0 && libraries.every((file) => existsSync(join(folder, file)))
  })
}

function readPackageJson(directory: string): PackageJson {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson
}
