import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { TensorflowRelease } from './tensorflow-release.js'

/** The per-user folder that every checkout shares. `VITEST_RECIPE_CACHE` overrides the platform's custom. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  os: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  if (env.VITEST_RECIPE_CACHE) return env.VITEST_RECIPE_CACHE
  if (os === 'darwin') return join(home, 'Library', 'Caches', 'vitest-recipe')
  if (os === 'win32')
    return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'vitest-recipe', 'Cache')
  // The XDG specification says to ignore a relative path.
  const xdg = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(home, '.cache')
  return join(xdg, 'vitest-recipe')
}

/**
 * Where the wheel's members lie, under their own paths. It exists only when it is complete, because it is
 * filled under another name and renamed.
 */
export function tensorflowFolder(cache: string, release: TensorflowRelease): string {
  return join(cache, `tensorflow-${release.version}-${release.platform}`)
}

export function librariesFolder(tensorflow: string): string {
  return join(tensorflow, 'tensorflow')
}

export function headersFolder(tensorflow: string): string {
  return join(tensorflow, 'tensorflow', 'include')
}

/** The compiled addon, for every checkout that has the same tfjs-node, TensorFlow, platform and Node-API. */
export function cachedAddon(
  cache: string,
  release: TensorflowRelease,
  tfjsNodeVersion: string,
  napiVersion: number,
): string {
  const key = `tfjs-node-${tfjsNodeVersion}-napi-v${napiVersion}-tensorflow-${release.version}-${release.platform}`
  return join(cache, 'addons', key, 'tfjs_binding.node')
}
