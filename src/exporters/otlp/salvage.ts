import { DatabaseSync } from 'node:sqlite'
import { checkedBytes, readContents, type StoreContents } from './sqlite-store-contents.ts'

/** What can still be read of a damaged file. */
export class Salvage implements Disposable {
  readonly contents: StoreContents
  /** What could not be read; the first is enough to tell. */
  readonly faults: string[] = []
  readonly #db: DatabaseSync | undefined

  constructor(path: string) {
    this.contents = { epochs: new Map(), tokens: new Map(), series: [], completes: new Map(), requests: new Map() }
    try {
      this.#db = new DatabaseSync(path, { defensive: false })
      // Otherwise SQLite reads nothing at all of a file that is shorter than its header says.
      this.#db.exec('PRAGMA writable_schema = on')
      this.contents = readContents(this.#db, (what) => this.faults.push(what))
    } catch (error) {
      this.faults.push(String(error))
    }
  }

  /** The bytes of a request; `undefined` where they can't be read or aren't those that were stored. */
  bytesOf(id: number): Uint8Array | undefined {
    const about = this.contents.requests.get(id)
    if (about === undefined || this.#db === undefined) return undefined
    try {
      return checkedBytes(this.#db.prepare('SELECT bytes FROM request WHERE id = ?').get(id), about)
    } catch {
      return undefined
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#db?.close()
    } catch {
      // It is damaged, and nothing of ours is in it any more.
    }
  }
}
