import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { InstallProblem } from './install-problem.js'
import { addDevDependency, packageManagerOf, withoutScripts } from './package-manager.js'
import type { Progress } from './progress.js'
import { runCommand } from './run-command.js'
import { findTfjsNode, type TfjsNodePackage } from './tfjs-node-package.js'

interface Adding {
  /** Run the package manager; otherwise only say what to run. */
  add: boolean
  env: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
  progress: Progress
}

/** The project's tfjs-node; added to the project first when that was asked for. */
export async function requireTfjsNode(
  projectRoot: string,
  { add, env, signal, progress }: Adding,
): Promise<TfjsNodePackage> {
  const present = findTfjsNode(projectRoot)
  if (present) return present
  const manager = packageManagerOf(projectRoot)
  // The package's install script downloads from a place that refuses many users; this one replaces it.
  const wanted = `@tensorflow/tfjs-node@${tfjsVersion(projectRoot)}`
  const [command, ...args] = addDevDependency(manager, wanted, [withoutScripts(manager)]) as [
    string,
    ...string[],
  ]
  const shown = [command, ...args].join(' ')
  if (!add) {
    throw new InstallProblem(
      `@tensorflow/tfjs-node is not installed in ${projectRoot}.`,
      `${shown} && npx vitest-recipe install-tensorflow\nor let this command run it: npx vitest-recipe install-tensorflow --add`,
    )
  }
  progress.note(`adding @tensorflow/tfjs-node: ${shown}`)
  const { code, stderr, stdout } = await runCommand(command, args, { cwd: projectRoot, env, signal })
  const added = findTfjsNode(projectRoot)
  if (added) return added
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1)
  throw new InstallProblem(
    `${shown} failed (${code ?? 'command not found'}): ${said}`,
    `Run it by hand: ${shown}`,
  )
}

/** tfjs-node must have the version of the project's tfjs, or two engines' tensors meet. */
function tfjsVersion(projectRoot: string): string {
  try {
    const manifest = createRequire(join(projectRoot, 'package.json')).resolve('@tensorflow/tfjs/package.json')
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
  } catch {
    return '4.22.0'
  }
}
