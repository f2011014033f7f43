// The tests that must notice a change in one module of the core, `MUTATED`, set by scripts/mutation.mjs: its own, and
// those that it names in `MUTATION_TESTS`. One failure is enough, so the quick ones come first.
import { env } from 'node:process'
import { defineConfig, mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from './vitest.config.js'

const own = `packages/core/src/${env.MUTATED}`
const others = (env.MUTATION_TESTS ?? '').split(' ').filter((path) => path !== '')

/** What comes first, by a part of its path: what takes milliseconds, then a module's parts; last what loads everything. */
const ORDER = ['/vectors/rfc', '/refusals.', `/${env.MUTATED}/`, `/${env.MUTATED}.`, '/vectors/', '/test/']

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => ORDER.findIndex((part) => moduleId.includes(part))
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], reporters: [] } },
  defineConfig({
    test: {
      include: [`${own}.test.ts`, `${own}.*.test.ts`, `${own}/**/*.test.ts`, ...others],
      sequence: { sequencer: QuickFirst },
      // One process for all files of a run: loading the sources anew for each would be most of the work.
      isolate: false,
      // Counting what each test covers slows the exhaustive ones down.
      testTimeout: 600_000,
      reporters: ['default'],
    },
  }),
)
