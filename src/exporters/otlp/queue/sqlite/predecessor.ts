import type { StoreFile } from './store-file.ts'
import type { RequestAbout } from './store-rows.ts'

/** What a new file took over, and what it could not. */
export interface Refilled {
  readonly requests: number
  readonly series: number
  readonly lost_requests: number
  readonly lost_points: number
}

/** A file that can't be written any more. A new one takes over what can be read of it. */
export interface Predecessor extends Disposable {
  /** Where it is whole: it is read there until the new file holds everything. */
  readonly file: StoreFile | undefined
  /** The bytes of a request; `undefined` where they can't be read or aren't those that were stored. */
  bytesOf(id: number, about: RequestAbout): Uint8Array | undefined
  /**
   * Opens a new file in its place.
   * @throws FileInUseError where another process has the place; errors of the file system and of SQLite
   */
  openSuccessor(): StoreFile
  /** To be called where the new file could not be filled; it is closed. */
  discardSuccessor(): void
  /** To be called when the new file holds all that could be read; logs how much that is. */
  takenOver(refilled: Refilled): void
}
