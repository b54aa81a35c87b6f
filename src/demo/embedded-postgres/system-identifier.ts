import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the identifier is in the long header of a WAL segment's first page (XLogLongPageHeaderData). */
const walOffset = 24

/**
 * Gives a stopped, freshly initialised data directory an identity of its own. Copies of one template would otherwise
 * pass for one server. Replaces the identifier in pg_control (its first field) and in the WAL, where it must be the same.
 */
export async function renewSystemIdentifier(dataDirectory: string): Promise<void> {
  const identifier = randomBytes(8)
  // Little-endian: clears the sign, since SQL shows the identifier as int8.
  identifier.writeUInt8(identifier.readUInt8(7) & 0x7f, 7)
  const controlFile = join(dataDirectory, 'global', 'pg_control')
  const control = await readFile(controlFile)
  const end = checksumOffset(control)
  identifier.copy(control, 0)
  control.writeUInt32LE(crc32c(control.subarray(0, end)), end)
  await writeFile(controlFile, control)

  const wal = join(dataDirectory, 'pg_wal')
  for (const name of await readdir(wal)) {
    if (!/^[0-9A-F]{24}$/.test(name)) continue
    await using segment = await open(join(wal, name), 'r+')
    await segment.write(identifier, 0, identifier.length, walOffset)
  }
}

/** The checksum ends ControlFileData, whose length differs by major: it is where the bytes before it check out. */
function checksumOffset(control: Buffer): number {
  for (let offset = 200; offset <= 400; offset += 4) {
    if (control.readUInt32LE(offset) === crc32c(control.subarray(0, offset))) return offset
  }
  throw new Error('pg_control holds no valid CRC-32C between bytes 200 and 400: an unknown version of the file')
}

/** CRC-32C (Castagnoli); zlib has the other polynomial. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0)
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
