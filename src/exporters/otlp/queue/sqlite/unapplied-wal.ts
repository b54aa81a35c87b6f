import { existsSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import type { DatabaseSync } from 'node:sqlite'

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const headerBytes = 32
const frameHeaderBytes = 24
/** The last bit says in which order words are read for checksums; all else is big-endian. */
const magic = 0x377f0682

type Checksum = readonly [number, number]

/**
 * Whether a write-ahead log holds transactions that SQLite could not apply when it opened the database, because something
 * before them is damaged. SQLite gives the state before the damage then, without an error.
 *
 * A killed process leaves a transaction without its end: frames that no commit follows, then one of which only a part is
 * written, its header before its page. Behind it is whatever stood there before. So a commit counts only where its frame is
 * whole. Damage to the last frame of all looks the same as such a kill.
 */
export function hasUnappliedTransactions(db: DatabaseSync, path: string): boolean {
  const file = `${path}-wal`
  if (!existsSync(file)) return false
  const log = readFileSync(file)
  const taken = Number(db.prepare('PRAGMA wal_checkpoint = noop').get()?.['log'] ?? 0)
  return holdsCommit(log, taken, Number(db.prepare('PRAGMA page_size').get()?.['page_size'] ?? 0))
}

/** Whether a whole frame that ends a transaction comes behind the first so many frames. */
function holdsCommit(log: Buffer, frames: number, pageBytes: number): boolean {
  const frameBytes = frameHeaderBytes + pageBytes
  if (log.byteLength < headerBytes + frameBytes) return false
  const { isValid, isLittleEndian } = readHeader(log)
  const salts = log.subarray(16, 24)
  let at = headerBytes + frames * frameBytes
  let before = frames === 0 ? checksumAt(log, 24) : checksumAt(log, at - frameBytes + 16)
  let computedBefore = before
  for (; at + frameBytes <= log.byteLength; at += frameBytes) {
    const content = [log.subarray(at, at + 8), log.subarray(at + frameHeaderBytes, at + frameBytes)]
    const stored = checksumAt(log, at + 16)
    const computed = checksumOf(content, before, isLittleEndian)
    // It may be the checksum of the frame before that is damaged.
    const isWhole = isSame(stored, computed) || isSame(stored, checksumOf(content, computedBefore, isLittleEndian))
    // Frames with other salts are older than the log's present beginning. No kill damages the header that holds the salts.
    const isOfThisLog = !isValid || log.subarray(at + 8, at + 16).equals(salts)
    const endsTransaction = log.readUInt32BE(at + 4) !== 0
    if (isWhole && isOfThisLog && endsTransaction) return true
    before = stored
    computedBefore = computed
  }
  return false
}

function readHeader(log: Buffer): { readonly isValid: boolean; readonly isLittleEndian: boolean } {
  const written = log.readUInt32BE(0)
  const isLittleEndian = written === magic
  const isKnown = isLittleEndian || written === magic + 1
  const isValid = isKnown && isSame(checksumAt(log, 24), checksumOf([log.subarray(0, 24)], [0, 0], isLittleEndian))
  return isValid ? { isValid, isLittleEndian } : { isValid, isLittleEndian: endianness() === 'LE' }
}

function checksumAt(log: Buffer, at: number): Checksum {
  return [log.readUInt32BE(at), log.readUInt32BE(at + 4)]
}

/** https://sqlite.org/fileformat2.html#checksum_algorithm */
function checksumOf(parts: readonly Buffer[], seed: Checksum, isLittleEndian: boolean): Checksum {
  let [first, second] = seed
  for (const part of parts) {
    const words = new DataView(part.buffer, part.byteOffset, part.byteLength)
    for (let at = 0; at < part.byteLength; at += 8) {
      first = (first + words.getUint32(at, isLittleEndian) + second) >>> 0
      second = (second + words.getUint32(at + 4, isLittleEndian) + first) >>> 0
    }
  }
  return [first, second]
}

function isSame([one, two]: Checksum, other: Checksum): boolean {
  return one === other[0] && two === other[1]
}
