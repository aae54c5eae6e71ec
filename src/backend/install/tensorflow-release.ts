import { InstallProblem } from './install-problem.js'

/** The release of TensorFlow whose library the addon is built on, as packaged for one platform. */
export interface TensorflowRelease {
  version: string
  /** `linux-x64`, `darwin-arm64` …: names the folder in the cache. */
  platform: string
  /** What pip is asked for. Only x64 Linux has the smaller `tensorflow-cpu`. */
  distribution: string
  pipPlatform: string
  /** Roughly how much pip has to fetch; only the progress display depends on it. */
  wheelBytes: number
  /** SHA-256 of the wheel as published. Without it, only the wheel's own record of its members is checked. */
  wheelSha256: string | undefined
  /** The names the addon is linked with → the file in the wheel they stand for. */
  libraryLinks: Record<string, string>
  /** Nobody has run this on that platform yet. */
  untested: boolean
}

export interface Platform {
  os: NodeJS.Platform
  arch: string
  /** glibc's version on Linux; `undefined` on musl and elsewhere. */
  glibc: string | undefined
}

const version = '2.21.0'

const linuxLinks = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
}

const releases: TensorflowRelease[] = [
  {
    version,
    platform: 'linux-x64',
    distribution: 'tensorflow-cpu',
    pipPlatform: 'manylinux_2_27_x86_64',
    wheelBytes: 273_829_956,
    wheelSha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    libraryLinks: linuxLinks,
    untested: false,
  },
  {
    version,
    platform: 'linux-arm64',
    distribution: 'tensorflow',
    pipPlatform: 'manylinux_2_27_aarch64',
    wheelBytes: 269_000_000,
    wheelSha256: undefined,
    libraryLinks: linuxLinks,
    untested: true,
  },
  {
    version,
    platform: 'darwin-arm64',
    distribution: 'tensorflow',
    pipPlatform: 'macosx_12_0_arm64',
    wheelBytes: 250_000_000,
    wheelSha256: undefined,
    libraryLinks: {
      'libtensorflow.2.dylib': 'libtensorflow_cc.2.dylib',
      'libtensorflow.dylib': 'libtensorflow_cc.2.dylib',
      'libtensorflow_framework.dylib': 'libtensorflow_framework.2.dylib',
    },
    untested: true,
  },
]

/** The release for a platform; throws an InstallProblem where TensorFlow publishes none. */
export function releaseFor({ os, arch, glibc }: Platform): TensorflowRelease {
  const found = releases.find((release) => release.platform === `${os}-${arch}`)
  if (!found) throw unsupported(`There is no TensorFlow ${version} library for ${os} on ${arch}.`)
  if (os === 'linux' && glibc === undefined) {
    throw unsupported('This Linux uses musl (Alpine?); TensorFlow is published for glibc only.')
  }
  if (glibc !== undefined && isOlder(glibc, '2.27')) {
    throw unsupported(`This Linux has glibc ${glibc}; TensorFlow ${version} needs 2.27 or newer.`)
  }
  return found
}

export function thisPlatform(): Platform {
  // Asking for the report resolves every open connection's host name unless told not to.
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  report.excludeNetwork = true
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return { os: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime }
}

function unsupported(message: string): InstallProblem {
  return new InstallProblem(
    message,
    'Use the WebAssembly backend, which runs everywhere: npm install --save-dev @tensorflow/tfjs-backend-wasm\n' +
      '(vitest-recipe picks it up by itself when the native one is missing.)',
  )
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number)
  return major < thanMajor || (major === thanMajor && minor < thanMinor)
}
