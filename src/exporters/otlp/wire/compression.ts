import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { choices } from '../../../../generated/otlp/config.ts'

/** As the configuration has them; stored requests name theirs. */
export const compressions = choices.compression
/** How requests are compressed; `zstd` and `gzip` are also the values of Content-Encoding. */
export type Compression = (typeof compressions)[number]

/** zstd at level 1: faster than gzip and smaller on these data; higher levels gain nothing. */
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** @returns bytes of their own */
export function compress(bytes: Uint8Array, compression: Compression): Uint8Array {
  switch (compression) {
    case 'zstd':
      return zstdCompressSync(bytes, zstdOptions)
    case 'gzip':
      return gzipSync(bytes)
    case 'none':
      return new Uint8Array(bytes)
    default:
      return compression satisfies never
  }
}

export function decompress(bytes: Uint8Array, compression: Compression): Uint8Array {
  switch (compression) {
    case 'zstd':
      return zstdDecompressSync(bytes)
    case 'gzip':
      return gunzipSync(bytes)
    case 'none':
      return bytes
    default:
      return compression satisfies never
  }
}
