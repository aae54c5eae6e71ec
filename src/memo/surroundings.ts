import { readdirSync, statSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import type { BackendChoice } from '../backend/select.js'
import { ownModule } from '../own-module.js'
import { packageVersion } from '../package-version.js'

/** Variables that change how TensorFlow computes, or what this package replaces of it. */
const variables = /^(TF_|ONEDNN_|DNNL_|OMP_|MKL_|VITEST_RECIPE_(?!HELPERS))/

/**
 * What the bits of a training depend on besides the program and its data: versions, backend, threads, processor, and the
 * code of this package.
 */
export function surroundingsOf({ name, why }: BackendChoice): string {
  return JSON.stringify([
    packageVersion(),
    statesOfFiles(dirname(ownModule('plugin'))),
    tf.version,
    name,
    why,
    process.version,
    process.platform,
    process.arch,
    cpus()[0]?.model,
    Object.entries(process.env)
      .filter(([variable]) => variables.test(variable))
      .sort(),
  ])
}

/** Size and time of each file: code that was changed, or installed anew, is other code. */
function statesOfFiles(folder: string): Array<[name: string, bytes: number, time: number]> {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return [name, size, mtimeMs]
    })
}
