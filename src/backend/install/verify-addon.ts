import { join } from 'node:path'
import { runCommand } from './run-command.js'

export type AddonCheck = { works: true; tensorflow: string } | { works: false; reason: string }

const marker = 'vitest-recipe-addon:'

/**
 * Loads the package and multiplies two matrices. In a process of its own, because a broken addon can take its
 * process down, and Node remembers in the old one what it failed to find. Node 23 removed two functions of `util`
 * that tfjs-node 4.22 calls at its first operation.
 */
const script = `
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value == null
util.isArray ??= Array.isArray
const [projectManifest, name] = process.argv.slice(1)
const tf = require('node:module').createRequire(projectManifest)(name)
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync()
const right = [19, 22, 43, 50].every((value, index) => product[index] === value)
if (tf.getBackend() !== 'tensorflow') throw new Error('it chose the backend ' + tf.getBackend())
if (!right) throw new Error('it multiplies two matrices wrongly')
const tensorflow = tf.backend().binding?.TF_Version ?? 'unknown'
process.stdout.write('${marker}' + JSON.stringify({ tensorflow }) + '\\n')
`

/** Whether the native addon of the package `name`, as the project sees it, really computes. */
export async function verifyAddon(
  projectRoot: string,
  { env = process.env, signal, name = '@tensorflow/tfjs-node' }: VerifyOptions = {},
): Promise<AddonCheck> {
  const { code, stdout, stderr } = await runCommand(
    process.execPath,
    ['-e', script, join(projectRoot, 'package.json'), name],
    {
      cwd: projectRoot,
      env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2' },
      signal,
      timeoutMs: 120_000,
    },
  )
  const answer = stdout.split('\n').find((line) => line.startsWith(marker))
  if (code === 0 && answer) {
    const { tensorflow } = JSON.parse(answer.slice(marker.length)) as { tensorflow: string }
    return { works: true, tensorflow }
  }
  return { works: false, reason: tellingLine(stderr) ?? `the process ended with code ${code}` }
}

interface VerifyOptions {
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  name?: string
}

function tellingLine(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim())
  return (
    lines.find((line) => /^(\w*Error)?: ?\S/.test(line) || line.startsWith('Error')) ??
    lines.findLast(Boolean)
  )
}
