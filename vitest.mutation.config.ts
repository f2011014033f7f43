// The tests that must notice a change in one module of the core, `MUTATED`, set by scripts/mutation.mjs: its own and the
// vectors. Those come first, as they are quick and one failure is enough.
import { env } from 'node:process'
import { defineConfig, mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from './vitest.config.js'

const own = `packages/core/src/${env.MUTATED}`

class VectorsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [vectors, others] = [true, false].map((are) => files.filter((f) => f.moduleId.includes('/vectors/') === are))
    return [...vectors!, ...others!]
  }
}

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], reporters: [] } },
  defineConfig({
    test: {
      include: [`${own}.test.ts`, `${own}.*.test.ts`, `${own}/**/*.test.ts`, 'test/vectors/*.test.ts'],
      sequence: { sequencer: VectorsFirst },
      // One process for all files of a run: loading the sources anew for each would be most of the work.
      isolate: false,
      // Counting what each test covers slows the exhaustive ones down.
      testTimeout: 600_000,
      reporters: ['default'],
    },
  }),
)
