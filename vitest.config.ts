import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { longFiles } from './test/support/long-files.ts'

/** Where the results go as JSON too, for a script that counts them. */
const results = process.env['OTELEPHANT_TEST_RESULTS']

/** A long file that is begun last would run alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longFiles.findIndex((file) => moduleId.endsWith(`/${file}`))
      return index < 0 ? longFiles.length : index
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    environment: 'node',
    // Forks: the servers that a test starts follow the death of the process, and threads share one.
    pool: 'forks',
    // Twice the cores that CI has: many tests wait for a server's or a collector's next second.
    maxWorkers: 4,
    globalSetup: 'test/support/global-setup.ts',
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'usual', include: ['test/**/*.test.ts'], exclude: [...longFiles] } },
      { extends: true, test: { name: 'long', include: [...longFiles] } },
    ],
  },
})
