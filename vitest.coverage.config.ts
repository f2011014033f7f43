// What the tests of the core and of the whole reach of its sources: npm run coverage.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ['packages/core/src/**/*.test.ts', 'test/**/*.test.ts'],
      // Counting slows the exhaustive ones down.
      testTimeout: 600_000,
      reporters: ['dot'],
      coverage: {
        provider: 'v8',
        enabled: true,
        reportOnFailure: true,
        include: ['packages/core/src/**/*.ts'],
        exclude: ['**/*.{test,bench}.ts'],
        reporter: ['text', 'json-summary', 'json'],
        reportsDirectory: '.results/coverage',
        thresholds: { lines: 95, branches: 95 },
      },
    },
  }),
)
