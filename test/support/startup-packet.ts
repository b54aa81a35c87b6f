/** Requests that come before, or instead of, a start-up packet. */
const codes = { cancel: 80_877_102, ssl: 80_877_103, gssapi: 80_877_104 } as const

/**
 * Passes on what a PostgreSQL client sends and lets its start-up packet (the first that isn't a request for encryption)
 * be rewritten. Only where the client doesn't encrypt.
 */
export async function* rewriteStartup(
  chunks: AsyncIterable<Buffer>,
  rewrite: (packet: Buffer) => Buffer,
): AsyncGenerator<Buffer> {
  let pending = Buffer.alloc(0)
  let done = false
  for await (const chunk of chunks) {
    if (done) {
      yield chunk
      continue
    }
    pending = Buffer.concat([pending, chunk])
    while (!done && pending.length >= 8 && pending.length >= pending.readInt32BE(0)) {
      const packet = pending.subarray(0, pending.readInt32BE(0))
      pending = pending.subarray(packet.length)
      const code = packet.readInt32BE(4)
      done = code !== codes.ssl && code !== codes.gssapi
      yield done && code !== codes.cancel ? rewrite(packet) : packet
    }
    if (done && pending.length > 0) yield pending
  }
}

/** The start-up packet without one of its parameters, as a pooler with `ignore_startup_parameters` passes it on. */
export function withoutParameter(packet: Buffer, name: string): Buffer {
  const texts = packet.subarray(8).toString().split('\0')
  const pairs: string[] = []
  for (let index = 0; index + 1 < texts.length && texts[index] !== ''; index += 2) {
    if (texts[index] !== name) pairs.push(`${texts[index]}\0${texts[index + 1]}\0`)
  }
  const body = Buffer.from(`${pairs.join('')}\0`)
  const head = Buffer.from(packet.subarray(0, 8))
  head.writeInt32BE(8 + body.length, 0)
  return Buffer.concat([head, body])
}
