import { type Compression, compress } from './compression.ts'

/** Compresses requests as configured, or with gzip once the endpoint has refused zstd. */
export class Compressor {
  #compression: Compression

  constructor(configured: Compression) {
    this.#compression = configured
  }

  get compression(): Compression {
    return this.#compression
  }

  compress(body: Uint8Array): Uint8Array {
    return compress(body, this.#compression)
  }

  /** Leaves zstd for gzip; false where that was done before. */
  refuseZstd(): boolean {
    if (this.#compression !== 'zstd') return false
    this.#compression = 'gzip'
    return true
  }
}
