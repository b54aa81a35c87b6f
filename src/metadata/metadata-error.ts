import { type Fault, renderFault } from '../yaml/fault.ts'

/** Thrown where a metadata file must be right and isn't; carries all its faults. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(renderFault).join('\n'))
    this.faults = faults
  }
}
