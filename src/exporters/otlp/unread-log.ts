import { existsSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const headerBytes = 32
const frameHeaderBytes = 24

/**
 * Whether a write-ahead log holds transactions that SQLite could not take over when it opened the database, because
 * something before them is damaged: it gives the state before the damage then, and says nothing.
 */
export function hasUnreadTransactions(db: DatabaseSync, path: string): boolean {
  const log = `${path}-wal`
  if (!existsSync(log)) return false
  const bytes = readFileSync(log)
  if (bytes.byteLength < headerBytes) return false
  const frameBytes = frameHeaderBytes + bytes.readUInt32BE(8)
  const taken = Number(db.prepare('PRAGMA wal_checkpoint = noop').get()?.['log'] ?? 0)
  const salts = bytes.subarray(16, 24)
  for (let at = headerBytes + taken * frameBytes; at + frameHeaderBytes <= bytes.byteLength; at += frameBytes) {
    // Frames of other salts are left from before the log was begun anew.
    const isOfThisLog = bytes.subarray(at + 8, at + 16).equals(salts)
    const endsTransaction = bytes.readUInt32BE(at + 4) !== 0
    if (isOfThisLog && endsTransaction) return true
  }
  return false
}
