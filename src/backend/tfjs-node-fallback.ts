/**
 * Stands in for `@tensorflow/tfjs-node` (and `-gpu`) where their native addon is missing: the plugin resolves
 * those imports to this module, so that a user's model file runs unchanged on a slower backend. Everything of
 * `@tensorflow/tfjs` is here, with `file://` models; what only native code can do throws when it is called.
 */
import * as tf from '@tensorflow/tfjs'
import { fileSystem, registerFileSystem } from './file-system-io.js'

export * from '@tensorflow/tfjs'

registerFileSystem()

/** tfjs-node's namespace of native functions. Each throws, naming itself and the command that installs it. */
export const node = {
  decodeImage: needsAddon('decodeImage'),
  decodeBmp: needsAddon('decodeBmp'),
  decodeGif: needsAddon('decodeGif'),
  decodePng: needsAddon('decodePng'),
  decodeJpeg: needsAddon('decodeJpeg'),
  encodeJpeg: needsAddon('encodeJpeg'),
  encodePng: needsAddon('encodePng'),
  summaryFileWriter: needsAddon('summaryFileWriter'),
  tensorBoard: needsAddon('tensorBoard'),
  getMetaGraphsFromSavedModel: needsAddon('getMetaGraphsFromSavedModel'),
  getNumOfSavedModels: needsAddon('getNumOfSavedModels'),
  loadSavedModel: needsAddon('loadSavedModel'),
}

export const io = {
  ...tf.io,
  fileSystem,
  nodeHTTPRequest: (path: string, requestInit?: RequestInit, weightPathPrefix?: string): tf.io.IOHandler =>
    tf.io.http(path, { requestInit, weightPathPrefix } as tf.io.LoadOptions),
}

export const version = { ...tf.version, 'tfjs-node': 'not loaded: vitest-recipe stands in' }

type Everything = Omit<typeof tf, 'io' | 'version'> & {
  node: typeof node
  io: typeof io
  version: typeof version
}

// tfjs-node is CommonJS, so `import tf from '@tensorflow/tfjs-node'` gives its whole namespace.
const everything: Everything = { ...tf, node, io, version }
export default everything

function needsAddon(name: string): (...args: unknown[]) => never {
  return () => {
    throw new Error(
      `tf.node.${name} needs TensorFlow's native addon, which is missing here (vitest-recipe stands in for ` +
        '@tensorflow/tfjs-node). Run `npx vitest-recipe install-tensorflow`.',
    )
  }
}
