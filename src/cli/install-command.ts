import { parseArgs } from 'node:util'
import { InstallInterrupted, InstallProblem } from '../backend/install/install-problem.js'
import { type InstallResult, installTensorflow } from '../backend/install/install-tensorflow.js'
import { packageManagerOf } from '../backend/install/package-manager.js'
import { silentProgress } from '../backend/install/progress.js'
import { abortOnInterrupt } from './abort-on-interrupt.js'

/** npm would run tfjs-node's own install script at the next `npm ci`, and fail with it. */
const ciAdvice =
  'On other machines and in CI: npm ci --ignore-scripts && npx vitest-recipe install-tensorflow'

/** `install-tensorflow`: 0 when the native backend works, 1 when it cannot, 128 + signal when interrupted. */
export async function installCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { add: { type: 'boolean', default: false }, quiet: { type: 'boolean', default: false } },
  })
  const interrupt = abortOnInterrupt()
  try {
    const result = await installTensorflow({
      add: values.add,
      signal: interrupt.signal,
      ...(values.quiet && { progress: silentProgress }),
    })
    console.log(describeResult(result))
    if (result.outcome === 'installed' && packageManagerOf(process.cwd()) === 'npm') console.log(ciAdvice)
    return 0
  } catch (error) {
    if (error instanceof InstallInterrupted) {
      console.error(error.message)
      return interrupt.exitCode()
    }
    if (!(error instanceof InstallProblem)) throw error
    console.error(`\n${error.message}\n\n${indent(error.advice)}\n`)
    if (error.cause instanceof Error && !values.quiet) console.error(error.cause.message)
    return 1
  } finally {
    interrupt.release()
  }
}

export function describeResult({ outcome, tfjsNode, tensorflow, seconds }: InstallResult): string {
  const what = `native backend: tfjs-node ${tfjsNode.version} on TensorFlow ${tensorflow}`
  return outcome === 'already-working'
    ? `${what}, already working`
    : `${what}, installed in ${seconds.toFixed(1)} s`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
