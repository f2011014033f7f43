import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Imports of our packages resolve to their sources, so that tests never see a stale build. */
function sources(name: string, folder: string) {
  const url = new URL(`${folder}/`, import.meta.url)
  const { exports } = JSON.parse(readFileSync(new URL('package.json', url), 'utf8'))
  return Object.entries<{ default?: string }>(exports).flatMap(([subpath, target]) => {
    if (target.default === undefined) return []
    const source = target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts')
    const find = new RegExp(`^${name}${subpath.slice(1)}$`)
    return [{ find, replacement: fileURLToPath(new URL(source, url)) }]
  })
}

export default defineConfig({
  resolve: {
    alias: ['core', 'contracts', 'sim'].flatMap((name) => sources(`@spotcheck/${name}`, `./packages/${name}`)),
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Needs Chromium: vitest.browser.config.ts.
    exclude: ['test/chromium/**'],
    // Vitest leaves a core free, of two: half the machine.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: '.results/vitest.json' }]],
  },
})
