import { DatabaseSync } from 'node:sqlite'
import type { Logger } from '../../../../telemetry/logger.ts'
import type { Predecessor, Refilled } from './predecessor.ts'
import { checkedBytes, readContents, type StoreContents } from './store-contents.ts'
import { openStoreFile, type StoreFile } from './store-file.ts'
import type { RequestAbout } from './store-rows.ts'

export interface SalvageSettings {
  /** Where the damaged file is now. */
  readonly aside: string
  /** Where it was. */
  readonly path: string
  readonly logger: Logger
}

/** What can still be read of a damaged file. */
export class Salvage implements Predecessor {
  readonly file = undefined
  readonly contents: StoreContents
  /** What could not be read; the first few are logged. */
  readonly #faults: string[] = []
  readonly #settings: SalvageSettings
  readonly #db: DatabaseSync | undefined

  constructor(settings: SalvageSettings) {
    this.#settings = settings
    this.contents = { epochs: new Map(), tokens: new Map(), series: [], completes: new Map(), requests: new Map() }
    try {
      this.#db = new DatabaseSync(settings.aside, { defensive: false })
      // Otherwise SQLite reads nothing at all of a file that is shorter than its header says.
      this.#db.exec('PRAGMA writable_schema = on')
      this.contents = readContents(this.#db, (what) => this.#faults.push(what))
    } catch (error) {
      this.#faults.push(String(error))
    }
  }

  bytesOf(id: number, about: RequestAbout): Uint8Array | undefined {
    try {
      return checkedBytes(this.#db?.prepare('SELECT bytes FROM request WHERE id = ?').get(id), about)
    } catch {
      return undefined
    }
  }

  openSuccessor(): StoreFile {
    return openStoreFile(this.#settings.path)
  }

  /** Nothing to discard: an empty file can be filled later. */
  discardSuccessor(): void {}

  takenOver(refilled: Refilled): void {
    const { path, logger } = this.#settings
    const fields = { path, ...refilled, unreadable: this.#faults.slice(0, 3) }
    logger.error('What could be read of the damaged file was taken over; the rest may be lost.', fields)
  }

  [Symbol.dispose](): void {
    try {
      this.#db?.close()
    } catch {
      // It is damaged; the new file holds what could be read.
    }
  }
}
