// The core's tests in headless Chromium: `npm run test:browser`. The same as in Node, except ONLY_NODE.
import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig } from 'vitest/config'
import core from './vitest.core.config.js'

const executablePath = env.CHROMIUM ?? '/usr/bin/chromium'
if (!existsSync(executablePath))
  throw new Error(`no Chromium at ${executablePath}: install it, or set CHROMIUM to its path`)

/** What can't run in a browser, and why. */
const ONLY_NODE = {
  'packages/core/src/prove/**': 'an adapter for Node: the solver runs in a worker thread of its own',
}

export default mergeConfig(
  core,
  defineConfig({
    test: {
      exclude: Object.keys(ONLY_NODE),
      reporters: [['json', { outputFile: '.results/vitest-browser.json' }]],
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
