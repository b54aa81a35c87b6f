import { type Fault, renderFault, sortFaults } from '../../yaml/fault.ts'

/** Thrown when the configuration can't be used: everything that is wrong with it, one fault a line, secrets left out. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const sorted = sortFaults(faults)
    super(sorted.map(renderFault).join('\n'))
    this.faults = sorted
  }
}
