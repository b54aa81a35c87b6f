import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Logger } from '../../../../telemetry/logger.ts'
import type { FilePlace } from './file-place.ts'
import type { Predecessor, Refilled } from './predecessor.ts'
import { sqliteResult } from './sqlite-error.ts'
import { checkedBytes } from './store-contents.ts'
import { FileInUseError, freeName, openStoreFile, type StoreFile } from './store-file.ts'
import type { RequestAbout } from './store-rows.ts'

/**
 * Empties a file whose contents are in another one now, and gives it a version that no store opens. Otherwise, should its folder
 * be moved back, what it holds would be sent and counted a second time.
 */
const emptied = `
BEGIN IMMEDIATE;
DELETE FROM request; DELETE FROM series; DELETE FROM baseline; DELETE FROM complete; DELETE FROM epoch; DELETE FROM token;
PRAGMA user_version = 0;
COMMIT
`

export interface OrphanedFileSettings {
  /** Where the file was. */
  readonly path: string
  readonly logger: Logger
  readonly nowMs: () => number
}

/** A store's file that is open, and no longer where it was: what it holds can still be read. */
export class OrphanedFile implements Predecessor {
  readonly file: StoreFile
  readonly #settings: OrphanedFileSettings
  readonly #place: FilePlace
  /** The file's own database and log, under their new names. */
  readonly #moved: string[] = []
  /** Files that stood in its place, under their new names. */
  readonly #setAside: string[] = []

  constructor(file: StoreFile, place: FilePlace, settings: OrphanedFileSettings) {
    this.file = file
    this.#place = place
    this.#settings = settings
  }

  bytesOf(id: number, about: RequestAbout): Uint8Array | undefined {
    try {
      return checkedBytes(this.file.selectRequest.get(id), about)
    } catch {
      return undefined
    }
  }

  openSuccessor(): StoreFile {
    const { path } = this.#settings
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#clear()
    try {
      return openStoreFile(path)
    } catch (error) {
      if (!(error instanceof FileInUseError)) this.discardSuccessor()
      throw error
    }
  }

  discardSuccessor(): void {
    for (const suffix of suffixes) rmSync(`${this.#settings.path}${suffix}`, { force: true })
  }

  takenOver(refilled: Refilled): void {
    const { path, logger } = this.#settings
    const isWhole = refilled.lost_requests === 0
    const fields = { path, ...refilled, set_aside: this.#setAside }
    if (isWhole) logger.info('A new file of the sending queue holds all that the one before did.', fields)
    else logger.error('A new file of the sending queue holds what could be read of the one before.', fields)
    try {
      if (isWhole) this.file.db.exec(emptied)
    } catch {
      // The disk may be full. The file has a name that no store opens.
    }
    for (const one of this.#moved) rmSync(one, { force: true })
  }

  /** SQLite leaves the files of that name alone: they aren't those that it opened. */
  [Symbol.dispose](): void {
    try {
      this.file.db.close()
    } catch {
      // Its contents are in the new file.
    }
  }

  /** Renames what is in the place: SQLite would take a log beside another database for that one's. */
  #clear(): void {
    const { path, nowMs } = this.#settings
    const isThere = (suffix: string) => existsSync(`${path}${suffix}`)
    const own = suffixes.filter((suffix) => isThere(suffix) && this.#place.has(`${path}${suffix}`))
    const movedName = freeName(path, 'moved', nowMs())
    for (const suffix of own) {
      renameSync(`${path}${suffix}`, `${movedName}${suffix}`)
      this.#moved.push(`${movedName}${suffix}`)
    }
    if (isThere('')) refuseIfInUse(path)
    const aside = freeName(path, 'replaced', nowMs())
    for (const suffix of suffixes.filter(isThere)) {
      if (isEmpty(`${path}${suffix}`)) rmSync(`${path}${suffix}`)
      else {
        renameSync(`${path}${suffix}`, `${aside}${suffix}`)
        this.#setAside.push(`${aside}${suffix}`)
      }
    }
  }
}

const suffixes = ['', '-wal', '-journal'] as const

function isEmpty(path: string): boolean {
  const found = statSync(path)
  return found.isFile() && found.size === 0
}

/** @throws FileInUseError */
function refuseIfInUse(path: string): void {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { timeout: 0 })
    db.exec('PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE; ROLLBACK')
  } catch (error) {
    // With any other error it is no store that somebody has open.
    if (sqliteResult(error) === 'busy') throw new FileInUseError(`${path} is in use`, { cause: error })
  } finally {
    db?.close()
  }
}
