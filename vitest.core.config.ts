// The tests of nothing but the core: what must pass wherever it runs. `npm run test:nodes` and, with
// vitest.browser.config.ts on top, `npm run test:browser`.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], reporters: [] } },
  defineConfig({
    test: {
      include: ['packages/core/src/**/*.test.ts', 'test/{vectors,attacks}/*.test.ts', 'test/{round,fuzz}*.test.ts'],
      reporters: ['default'],
    },
  }),
)
