// What needs Chromium: `npm run test:browser`. The core's tests, the same as in Node except ONLY_NODE, and those of pages.
import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'
import core from './vitest.core.config.js'

const executablePath = env.CHROMIUM ?? '/usr/bin/chromium'
if (!existsSync(executablePath))
  throw new Error(`no Chromium at ${executablePath}: install it, or set CHROMIUM to its path`)

/** What can't run in a browser, and why. */
const ONLY_NODE = {
  'packages/core/src/drand/**': 'its test serves HTTP, rightly and wrongly; the module itself needs fetch alone',
  'packages/core/src/http/**': 'an adapter for Node: its server listens',
  'packages/core/src/prove/**': 'an adapter for Node: the solver runs in a worker thread of its own',
  'packages/core/src/store/**': 'an adapter for Node: the records are in files',
}

const inChromium = mergeConfig(
  core,
  defineConfig({
    test: {
      name: 'core',
      exclude: Object.keys(ONLY_NODE),
      env: Object.fromEntries(Object.entries(env).filter(([name]) => /^(FC|ATTACK)_/.test(name))),
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        // Chromium has no sandbox for root, as whom containers run.
        provider: playwright({ launchOptions: { executablePath, args: ['--no-sandbox'] } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }),
)

/** Tests that run in Node and open pages in a Chromium of their own. */
const ofPages = mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [], reporters: [] } },
  defineConfig({ test: { name: 'pages', include: ['test/chromium/**/*.test.ts'], env: { CHROMIUM: executablePath } } }),
)

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.results/vitest-browser.json' }]],
    projects: [inChromium, ofPages],
  },
})
