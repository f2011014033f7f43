// Names of package registries, which belong in a machine's own configuration and nowhere in the repository.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { walk } from './files.mjs'

const HOST = /\bregistry\.[a-z0-9-]+\.[a-z]+|\bregistry[a-z0-9-]*:\/\/|\bnpm\.pkg\.[a-z]+|https?:\/\/[^\s'"]+\.tgz\b/i
const TARBALL = /^\s*(resolution: .*)?tarball:|\bresolved\b|\.tgz\b/

/** Each line of the repository that names a registry's host, or fixes a tarball's place in a lockfile. */
export function registryHosts(root) {
  return walk(root).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => (names(file, line) ? [`${file}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )
}

function names(file, line) {
  return HOST.test(line) || (/(^|\/)(pnpm-lock\.yaml|package-lock\.json)$/.test(file) && TARBALL.test(line))
}
