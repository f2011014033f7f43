// npm pack, as a function.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Packs the package in `folder` into `destination` and returns the tarball's path. */
export function pack(folder, destination) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm pack failed in ${folder}\n${stderr}`)
  return join(destination, tarballName(JSON.parse(stdout)))
}

/** npm answers with a list or, in some versions, with an object keyed by package name. */
function tarballName(answer) {
  const [{ filename }] = Array.isArray(answer) ? answer : Object.values(answer)
  return filename
}
