/**
 * The version of the package, as it is published.
 *
 * @module
 */
import { createRequire } from 'node:module'

/** For example 0.1.0. */
export function version(): string {
  const manifest: { version: string } = createRequire(import.meta.url)('../../package.json')
  return manifest.version
}
