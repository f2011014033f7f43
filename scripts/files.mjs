// Finding files without git, which a machine that only builds may not have.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.results', '.cache', 'coverage'])

/** The paths of all files under `root`/`dir`, relative to `root`, sorted; build outputs and dependencies left out. */
export function walk(root, dir = '.') {
  if (!existsSync(join(root, dir))) return []
  return readdirSync(join(root, dir), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = dir === '.' ? entry.name : `${dir}/${entry.name}`
      return entry.isDirectory() ? walk(root, path) : [path]
    })
}
