import { realpathSync, statSync } from 'node:fs'

/** One file, under whatever name: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html */
interface Identity {
  readonly device: bigint
  readonly inode: bigint
}

/** What stands in the place of a database's files. */
export type PlaceChange = 'deleted' | 'replaced' | 'log deleted' | 'log replaced'

/**
 * Where a database and its log were when it was opened. SQLite goes on writing to files that were deleted or replaced, and
 * what it writes there is lost with the process. This only looks files up: to open and close one that SQLite has open would end
 * SQLite's lock (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export class FilePlace {
  readonly #path: string
  readonly #log: string
  readonly #database: Identity | undefined
  readonly #logIdentity: Identity | undefined

  /** @param path of a database that is open, with its log */
  constructor(path: string) {
    this.#path = path
    this.#log = logOf(path)
    this.#database = identityOf(path)
    this.#logIdentity = identityOf(this.#log)
  }

  /** `undefined` while all is where it was, and where that can't be found out. */
  change(): PlaceChange | undefined {
    try {
      const database = identityOf(this.#path)
      if (database === undefined) return 'deleted'
      if (!isSame(database, this.#database)) return 'replaced'
      if (this.#logIdentity === undefined) return undefined
      const log = identityOf(this.#log)
      if (log === undefined) return 'log deleted'
      return isSame(log, this.#logIdentity) ? undefined : 'log replaced'
    } catch {
      return undefined
    }
  }

  /** Whether this is the database or the log, under whatever name. */
  has(path: string): boolean {
    const identity = identityOf(path)
    if (identity === undefined) return false
    return isSame(identity, this.#database) || isSame(identity, this.#logIdentity)
  }
}

/** SQLite has the log beside the file that a link leads to. */
function logOf(path: string): string {
  try {
    return `${realpathSync(path)}-wal`
  } catch {
    return `${path}-wal`
  }
}

/** `undefined` where there is none. Throws where that can't be found out: a folder that may not be entered. */
function identityOf(path: string): Identity | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return { device: dev, inode: ino }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}

function isSame({ device, inode }: Identity, other: Identity | undefined): boolean {
  return device === other?.device && inode === other.inode
}
