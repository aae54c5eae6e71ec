import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const scheme = 'file://'
const modelFile = 'model.json'
const weightsFile = 'weights.bin'

/**
 * Saves and loads `model.json` + `weights.bin` with node:fs, in the format of tfjs-node, so that models written
 * here load there and the reverse.
 *
 * @param path for saving a folder, made when missing; for loading the path of a `model.json`
 */
export function fileSystem(path: string): tf.io.IOHandler {
  const resolved = resolve(path)
  return {
    save: (artifacts) => save(resolved, artifacts),
    load: () => load(resolved),
  }
}

// Global, because several copies of this module may meet the one tfjs of a process.
const registered = Symbol.for('vitest-recipe.file-system-io')

/**
 * Teaches this process's TensorFlow.js the scheme `file://`. It yields to any other handler of an address, before
 * or after it: two would be an error, and tfjs-node brings its own when it loads after all.
 */
export function registerFileSystem(): void {
  const flags = globalThis as { [registered]?: true }
  if (flags[registered]) return
  flags[registered] = true
  tf.io.registerSaveRouter(routerBeside(tf.io.getSaveHandlers))
  tf.io.registerLoadRouter(routerBeside(tf.io.getLoadHandlers))
}

function routerBeside(allHandlers: (url: string) => tf.io.IOHandler[]) {
  // tfjs calls every router with every address and types the answer "not mine" as a handler.
  const notMine = null as unknown as tf.io.IOHandler
  let isAskingOthers = false
  return (url: string | string[]): tf.io.IOHandler => {
    if (isAskingOthers || typeof url !== 'string' || !url.startsWith(scheme)) return notMine
    isAskingOthers = true
    const isTaken = allHandlers(url).length > 0
    isAskingOthers = false
    return isTaken ? notMine : fileSystem(url.slice(scheme.length))
  }
}

async function save(folder: string, artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  const { modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy } = artifacts
  if (modelTopology instanceof ArrayBuffer) {
    throw new Error('Saving a model whose topology is binary to file:// is not supported')
  }
  const { trainingConfig, signature, userDefinedMetadata } = artifacts
  const json = {
    modelTopology,
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
    format,
    generatedBy,
    convertedBy,
    ...(trainingConfig && { trainingConfig }),
    ...(signature && { signature }),
    ...(userDefinedMetadata && { userDefinedMetadata }),
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, modelFile), JSON.stringify(json))
  const weights = weightData ? tf.io.CompositeArrayBuffer.join(weightData) : new ArrayBuffer(0)
  await writeFile(join(folder, weightsFile), Buffer.from(weights))
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) }
}

async function load(path: string): Promise<tf.io.ModelArtifacts> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new Error(`Path ${path} does not exist: loading failed`)
  if (!found.isFile()) {
    throw new Error(`Loading from a folder is not supported: give the path of its ${modelFile}, not ${path}`)
  }
  const json = JSON.parse(await readFile(path, 'utf8')) as tf.io.ModelJSON
  return tf.io.getModelArtifactsForJSON(json, (manifest) => loadWeights(manifest, dirname(path)))
}

async function loadWeights(
  manifest: tf.io.WeightsManifestConfig,
  folder: string,
): Promise<[tf.io.WeightsManifestEntry[], ArrayBuffer]> {
  const files = manifest.flatMap((group) => group.paths).map((file) => join(folder, file))
  const contents = await Promise.all(
    files.map((file) =>
      readFile(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        throw new Error(`Weight file ${file} does not exist: loading failed`)
      }),
    ),
  )
  // Copied into a buffer of its own: Node's small buffers share one.
  const joined = Uint8Array.from(Buffer.concat(contents))
  return [manifest.flatMap((group) => group.weights), joined.buffer]
}
