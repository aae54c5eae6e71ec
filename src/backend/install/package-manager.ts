import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-berry' | 'bun'

const traces: [file: string, manager: PackageManager][] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['.yarnrc.yml', 'yarn-berry'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** The package manager whose lock file is nearest above the project; npm when there is none. */
export function packageManagerOf(projectRoot: string): PackageManager {
  for (let folder = projectRoot; ; folder = dirname(folder)) {
    const trace = traces.find(([file]) => existsSync(join(folder, file)))
    if (trace) return trace[1]
    if (folder === dirname(folder)) return 'npm'
  }
}

/** Adds tfjs-node without running its install script, which downloads from a place that refuses many users. */
export function addCommand(manager: PackageManager, version: string): [command: string, ...args: string[]] {
  const wanted = `@tensorflow/tfjs-node@${version}`
  switch (manager) {
    case 'npm':
      return ['npm', 'install', '--save-dev', '--ignore-scripts', wanted]
    case 'pnpm':
      return ['pnpm', 'add', '--save-dev', '--ignore-scripts', wanted]
    case 'yarn':
      return ['yarn', 'add', '--dev', '--ignore-scripts', wanted]
    case 'yarn-berry':
      return ['yarn', 'add', '--dev', '--mode=skip-build', wanted]
    case 'bun':
      return ['bun', 'add', '--dev', '--ignore-scripts', wanted]
  }
}
