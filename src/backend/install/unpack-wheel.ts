import { mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { librariesFolder } from './cache-folder.js'
import { InstallProblem } from './install-problem.js'
import { runCommand } from './run-command.js'
import type { TensorflowRelease } from './tensorflow-release.js'

interface Unpacking {
  python: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
}

/** The C interface's headers reach into these folders; the other 12,500 headers (264 MB) stay in the wheel. */
const members = [
  'tensorflow/libtensorflow_',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/',
  'tensorflow.libs/', // where the wheel tool puts further shared libraries, if any
]

/** Exit codes of the script below that mean something other than "Python failed". */
const damaged = 3
const escaping = 4

/** Python, because pip needed it anyway and its zipfile reads every wheel; Node has no reader for archives. */
const script = `
import base64, csv, hashlib, io, os, sys, zipfile
wheel, destination, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    record = next(name for name in archive.namelist() if name.endswith('.dist-info/RECORD'))
    with archive.open(record) as stream:
        digests = {row[0]: row[1] for row in csv.reader(io.TextIOWrapper(stream, 'utf-8')) if row}
    for member in archive.infolist():
        name = member.filename
        if member.is_dir() or not name.startswith(tuple(prefixes)):
            continue
        if '..' in name.split('/'):
            print(name)
            sys.exit(${escaping})
        target = os.path.join(destination, *name.split('/'))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        digest = hashlib.sha256()
        with archive.open(member) as source, open(target, 'wb') as output:
            while True:
                chunk = source.read(1 << 20)
                if not chunk:
                    break
                digest.update(chunk)
                output.write(chunk)
        actual = 'sha256=' + base64.urlsafe_b64encode(digest.digest()).rstrip(b'=').decode()
        if digests.get(name) != actual:
            print(name)
            sys.exit(${damaged})
`

/**
 * Takes the libraries and headers out of the wheel, checks each against the wheel's own record, and puts the
 * complete folder at `finished` in one step.
 */
export async function unpackWheel(
  wheel: string,
  release: TensorflowRelease,
  scratch: string,
  finished: string,
  { python, env, signal }: Unpacking,
): Promise<void> {
  const unpacked = join(scratch, 'unpacked')
  await mkdir(unpacked)
  const { code, stdout, stderr } = await runCommand(python, ['-c', script, wheel, unpacked, ...members], {
    env,
    signal,
  })
  if (code === damaged || code === escaping) throw damagedWheel(stdout.trim())
  if (code !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? `exit code ${code}`
    throw new InstallProblem(
      `The wheel could not be unpacked: ${reason}`,
      'Run the command again; if the disk is full, point VITEST_RECIPE_CACHE at a folder on another one.',
    )
  }
  for (const [link, library] of Object.entries(release.libraryLinks)) {
    await symlink(library, join(librariesFolder(unpacked), link))
  }
  await renameUnlessThere(unpacked, finished)
}

/** Another installation may have finished the same folder first; then ours is not needed. */
async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

function damagedWheel(member: string): InstallProblem {
  return new InstallProblem(
    `The wheel is damaged: ${member} does not match the wheel's own record. It was deleted.`,
    'Try again without the copy pip kept: python3 -m pip cache remove "tensorflow*" && npx vitest-recipe install-tensorflow',
  )
}
