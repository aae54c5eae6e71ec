import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InstallProblem } from './install-problem.js'
import { formatBytes, type Progress } from './progress.js'
import { runCommand } from './run-command.js'
import type { TensorflowRelease } from './tensorflow-release.js'

interface Download {
  python: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
  progress: Progress
}

/**
 * Lets pip fetch the wheel into `scratch` and returns its path. pip is given no index, so that the user's own
 * configuration, mirrors, proxies and certificates apply; what it brings is checked against the known digest.
 */
export async function downloadWheel(
  release: TensorflowRelease,
  scratch: string,
  { python, env, signal, progress }: Download,
): Promise<string> {
  const requirement = `${release.distribution}==${release.version}`
  const destination = join(scratch, 'wheel')
  const temporary = join(scratch, 'pip')
  await mkdir(destination, { recursive: true })
  await mkdir(temporary, { recursive: true })
  const watch = setInterval(() => void reportGrowth(), 250)
  const reportGrowth = async () => {
    const largest = Math.max(await sizeOf(temporary), await sizeOf(destination))
    progress.bytes(Math.min(largest, release.wheelBytes), release.wheelBytes)
  }
  try {
    const wanted = ['--python-version', '3.11', '--platform', release.pipPlatform]
    const { code, stdout, stderr } = await runCommand(
      python,
      [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--only-binary=:all:',
        ...wanted,
        requirement,
        '-d',
        destination,
      ],
      {
        // pip's own temporary files go where they are watched, and removed if it is stopped.
        env: {
          ...env,
          TMPDIR: temporary,
          PIP_PROGRESS_BAR: 'off',
          PIP_NO_INPUT: '1',
          PIP_REQUIRE_VIRTUALENV: '0',
        },
        signal,
      },
    )
    if (code !== 0) throw pipFailed(requirement, `${stdout}\n${stderr}`)
  } finally {
    clearInterval(watch)
  }
  const wheel = (await readdir(destination)).find((name) => name.endsWith('.whl'))
  if (!wheel) throw pipFailed(requirement, 'pip ended well but left no wheel')
  const path = join(destination, wheel)
  await verifyDigest(path, release)
  return path
}

async function verifyDigest(wheel: string, release: TensorflowRelease): Promise<void> {
  if (release.wheelSha256 === undefined) return
  const hash = createHash('sha256')
  await pipeline(createReadStream(wheel, { highWaterMark: 1 << 20 }), hash)
  const digest = hash.digest('hex')
  if (digest === release.wheelSha256) return
  const { size } = await stat(wheel)
  throw new InstallProblem(
    `The wheel that pip fetched is not the published one: its SHA-256 is ${digest} (${formatBytes(size)}), ` +
      `expected ${release.wheelSha256}. It was deleted, and nothing of it was used.`,
    'A damaged download or a mirror that repacks wheels. Try again without the copy pip kept: ' +
      'python3 -m pip cache remove "tensorflow*" && npx vitest-recipe install-tensorflow\n' +
      'See where pip looks: python3 -m pip config list',
  )
}

function pipFailed(requirement: string, output: string): InstallProblem {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const said = lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? 'nothing'
  return new InstallProblem(
    `pip could not fetch ${requirement}. It said: ${said}`,
    'Is the package index reachable? See where pip looks: python3 -m pip config list\n' +
      'Behind a mirror or proxy, tell pip: python3 -m pip config set global.index-url https://your.mirror/simple',
  )
}

/** Bytes in a folder, two levels deep: pip downloads into a folder of its own below the temporary one. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries.filter((each) => each.isFile())) {
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return bytes
}
