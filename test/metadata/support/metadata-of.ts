import { expect } from 'vitest'
import { loadMetadata } from '../../../src/metadata/load.ts'
import type { Metadata } from '../../../src/metadata/model.ts'
import { renderFault } from '../../../src/yaml/fault.ts'

/** What a file without faults says. */
export function metadataOf(path: string, text: string): Metadata {
  const loaded = loadMetadata(path, text)
  return loaded.kind === 'ok' ? loaded.metadata : expect.fail(loaded.faults.map(renderFault).join('\n'))
}
