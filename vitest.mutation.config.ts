// The tests that must notice a change in one module of the core: `MUTATED`, set by scripts/mutation.mjs.
import { env } from 'node:process'
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

const own = `packages/core/src/${env.MUTATED}`

export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: [`${own}.test.ts`, `${own}.*.test.ts`, `${own}/**/*.test.ts`, 'test/{vectors,attacks}/*.test.ts'],
      // Counting what each test covers slows the exhaustive ones down.
      testTimeout: 600_000,
      reporters: ['default'],
    },
  }),
)
