import { chmod, copyFile, cp, mkdir, rename, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { headersFolder, librariesFolder } from './cache-folder.js'
import { InstallProblem } from './install-problem.js'
import { findNodeGyp, headersBesideNode } from './node-gyp.js'
import { runCommand } from './run-command.js'
import type { TfjsNodePackage } from './tfjs-node-package.js'

interface Compilation {
  projectRoot: string
  /** The unpacked TensorFlow in the cache. */
  tensorflow: string
  scratch: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
}

/**
 * Compiles the addon from the sources that tfjs-node ships and puts it at `finished`. It is built in a copy, so
 * that the package under node_modules is never half-built, and several checkouts can share one result.
 */
export async function compileAddon(
  tfjsNode: TfjsNodePackage,
  finished: string,
  { projectRoot, tensorflow, scratch, env, signal }: Compilation,
): Promise<void> {
  const folder = join(scratch, 'addon')
  await mkdir(join(folder, 'deps'), { recursive: true })
  await cp(join(tfjsNode.folder, 'binding'), join(folder, 'binding'), { recursive: true })
  await copyFile(join(tfjsNode.folder, 'binding.gyp'), join(folder, 'binding.gyp'))
  await copyFile(join(tfjsNode.folder, 'package.json'), join(folder, 'package.json'))
  await symlink(librariesFolder(tensorflow), join(folder, 'deps', 'lib'))
  await symlink(headersFolder(tensorflow), join(folder, 'deps', 'include'))

  const headers = headersBesideNode()
  const options = [
    '--release',
    '--jobs=2',
    `--module_name=tfjs_binding`,
    `--module_path=${join(folder, 'built')}`,
    `--napi_build_version=${tfjsNode.napiVersion}`,
    ...(headers ? [`--nodedir=${headers}`] : []),
  ]
  const { code, stdout, stderr } = await runCommand(
    process.execPath,
    [findNodeGyp(projectRoot, env), 'rebuild', ...options],
    { cwd: folder, env: compilerEnvironment(env), signal },
  )
  if (code !== 0) throw compileFailed(`${stdout}\n${stderr}`)

  await mkdir(dirname(finished), { recursive: true })
  const addon = join(folder, 'built', 'tfjs_binding.node')
  await chmod(addon, 0o755)
  await rename(addon, finished)
}

/** macOS finds the libraries through the addon's run path; on Linux binding.gyp sets it. */
function compilerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (process.platform !== 'darwin') return env
  return { ...env, LDFLAGS: `${env.LDFLAGS ?? ''} -Wl,-rpath,@loader_path/../../deps/lib`.trim() }
}

function compileFailed(output: string): InstallProblem {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const telling =
    lines.find((line) => /\berror: /.test(line)) ?? // the compiler's or linker's
    lines.find((line) => /^gyp ERR! stack \w*Error/.test(line))?.replace('gyp ERR! stack ', '') ??
    lines.at(-1)
  return new InstallProblem(
    `The addon did not compile: ${telling?.trim() ?? 'node-gyp gave no reason'}`,
    headersBesideNode()
      ? 'Is the compiler able to build C++17? Debian, Ubuntu: sudo apt-get install -y g++ make python3'
      : "Node's headers are not beside this Node, so node-gyp downloads them. Where that is refused, install a " +
          'Node that brings them (nodejs.org, nvm), or set npm_config_nodedir=/path/to/node.',
    { cause: new Error(lines.slice(-40).join('\n')) },
  )
}
