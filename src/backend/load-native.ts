import { createRequire } from 'node:module'
import util from 'node:util'
import { pinThreadEnvironment } from './environment.js'
import type { NativeAddon } from './locate.js'

/**
 * Loads a native package into this process, which registers its backend `tensorflow`. Environment settings and
 * what newer Nodes took away are in place before it.
 */
export function loadNativeAddon(addon: NativeAddon): { loaded: true } | { problem: string } {
  if (addon.missing === 'addon') {
    return { problem: `${addon.package} is installed but its native addon is missing` }
  }
  if (addon.missing === 'libtensorflow') {
    return { problem: `${addon.package} is installed but its libtensorflow is missing` }
  }
  pinThreadEnvironment()
  restoreRemovedUtilities()
  const require = createRequire(import.meta.url)
  try {
    // The addon alone first: if it fails, nothing of the package has run and nothing is half registered.
    require(addon.addonPath)
    require(addon.directory)
    return { loaded: true }
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error)
    return { problem: `${addon.package} is installed but fails to load: ${message.split('\n', 1)[0]}` }
  }
}

/** tfjs-node 4.22 calls two functions of node:util that Node 23 removed or deprecates. */
function restoreRemovedUtilities(): void {
  const removable = util as {
    isNullOrUndefined?: (value: unknown) => boolean
    isArray?: typeof Array.isArray
  }
  // Replaced even where they still exist: Node 22 warns of their deprecation on the first operation.
  removable.isNullOrUndefined = (value) => value === null || value === undefined
  removable.isArray = Array.isArray
}
