import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { seeded } from './seeded.ts'

/** Flips bits of a file at places that the seed tells; how many. */
export function flipBits(file: string, seed: number, count: number): number {
  return flipBitsUpTo(Number.POSITIVE_INFINITY, file, seed, count)
}

/** Flips bits of a write-ahead log before its last frame, which such damage makes look as if a kill had torn it. */
export function flipBitsOfLog(log: string, seed: number, count: number): number {
  const bytes = readFileSync(log)
  return flipBitsUpTo(endOfTransactions(bytes) - frameBytesOf(bytes), log, seed, count)
}

function flipBitsUpTo(end: number, file: string, seed: number, count: number): number {
  const bytes = readFileSync(file)
  const random = seeded(seed)
  for (let flip = 0; flip < count; flip++) {
    const at = Math.floor(random() * Math.min(end, bytes.byteLength))
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  }
  writeFileSync(file, bytes)
  return count
}

/** Cuts a file to a share of its length. */
export function truncate(file: string, share: number): number {
  truncateSync(file, Math.floor(statSync(file).size * share))
  return 1
}

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const headerBytes = 32
const frameHeaderBytes = 24

/**
 * Puts up to 8,000 bytes of anything behind the last transaction of a write-ahead log: what a power cut may leave of one
 * that was being written and not yet synchronized.
 */
export function tearLog(log: string, seed: number): number {
  const random = seeded(seed)
  const torn = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 8_000) }, () => Math.floor(random() * 256)))
  const descriptor = openSync(log, 'r+')
  writeSync(descriptor, torn, 0, torn.byteLength, endOfTransactions(readFileSync(log)))
  closeSync(descriptor)
  return 1
}

function endOfTransactions(log: Buffer): number {
  if (log.byteLength < headerBytes) return 0
  const frameBytes = frameBytesOf(log)
  const salts = log.subarray(16, 24)
  let end = headerBytes
  for (let at = headerBytes; at + frameBytes <= log.byteLength; at += frameBytes) {
    // Left from before the log was begun anew.
    if (!log.subarray(at + 8, at + 16).equals(salts)) break
    const endsTransaction = log.readUInt32BE(at + 4) !== 0
    if (endsTransaction) end = at + frameBytes
  }
  return end
}

function frameBytesOf(log: Buffer): number {
  return frameHeaderBytes + log.readUInt32BE(8)
}
