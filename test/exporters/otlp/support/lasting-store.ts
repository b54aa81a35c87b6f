import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'

/** A store in memory that outlives the exporter's shutdown, as one in a file does. */
export class LastingStore extends MemoryStore {
  override readonly survives = true
}
