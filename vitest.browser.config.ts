// The core's tests in headless Chromium: `npm run test:browser`. The same as in Node: none of them needs it.
import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig } from 'vitest/config'
import core from './vitest.core.config.js'

const executablePath = env.CHROMIUM ?? '/usr/bin/chromium'
if (!existsSync(executablePath))
  throw new Error(`no Chromium at ${executablePath}: install it, or set CHROMIUM to its path`)

export default mergeConfig(
  core,
  defineConfig({
    test: {
      reporters: [['json', { outputFile: '.results/vitest-browser.json' }]],
      env: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('FC_'))),
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
