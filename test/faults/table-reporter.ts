import type { Reporter, TestModule } from 'vitest/node'
import type { FaultRow } from './support/fault-row.ts'

/** Gathers the lines that tests leave in their `meta`. */
export class TableReporter implements Reporter {
  #rows: readonly FaultRow[] = []

  onTestRunEnd(modules: readonly TestModule[]): void {
    const inOrder = modules.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
    const tests = inOrder.flatMap((module) => [...module.children.allTests()])
    this.#rows = tests.flatMap((test) => test.meta().fault ?? [])
  }

  /** In the order of files and tests; none before the end of the run. */
  get rows(): readonly FaultRow[] {
    return this.#rows
  }
}
