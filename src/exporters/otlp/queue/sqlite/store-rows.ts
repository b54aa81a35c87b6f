import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { LastComplete } from '../../../../deltas/baseline.ts'
import type { ResetToken, StatisticsEpoch } from '../../../../pdata/reading.ts'
import { compressions } from '../../wire/compression.ts'
import { encodings } from '../../wire/encoding.ts'
import { signalPaths } from '../../wire/signal-paths.ts'
import type { NewRequest } from '../delivery-store.ts'

/** What is known of a stored request without its bytes. */
export interface RequestAbout extends Omit<NewRequest, 'bytes'> {
  readonly storedBytes: number
  /** CRC-32 of the bytes. */
  readonly checksum: number
}

const token = z
  .object({ text: z.string(), timeMs: z.number().optional(), exact: z.boolean() })
  .transform(({ text, timeMs, exact }): ResetToken => ({ text, timeMs, exact }))
const epoch = z.object({ server: z.string(), witnesses: z.array(token), incarnation: token.optional() }).transform(
  ({ server, witnesses, incarnation }): StatisticsEpoch => ({
    server,
    witnesses,
    ...(incarnation === undefined ? {} : { incarnation }),
  }),
)
const complete: z.ZodType<LastComplete> = z.object({
  filter: z.string(),
  startedMs: z.number(),
  timeMs: z.number(),
  epoch,
})
/** In a file the signal is OTLP's path of it. Another path isn't what a store wrote. */
const about = z
  .object({
    points: z.int(),
    sizeBytes: z.int(),
    storedBytes: z.int(),
    createdMs: z.number(),
    encoding: z.enum(encodings),
    compression: z.enum(compressions),
    path: z.enum(signalPaths),
    checksum: z.int(),
  })
  .transform(({ path, ...rest }): RequestAbout => ({ ...rest, signal: path === signalPaths.logs ? 'logs' : 'metrics' }))

export const parseToken = parserOf(token)
export const parseEpoch = parserOf(epoch)
export const parseComplete = parserOf(complete)
export const parseAbout = parserOf(about)

export function describeRequest({ bytes, ...rest }: NewRequest): RequestAbout {
  return { ...rest, storedBytes: bytes.byteLength, checksum: crc32(bytes) }
}

/** As {@link parseAbout} reads it. */
export function formatAbout({ signal, ...rest }: RequestAbout): string {
  return JSON.stringify({ ...rest, path: signalPaths[signal] })
}

/** A row's checksum: of its key too, so that rows that were swapped are found. */
export function rowChecksum(key: string | number, text: string): number {
  return crc32(`${key}\0${text}`)
}

/** Tokens and epochs are equal where their texts are. Their times may differ: the server's clock was measured again. */
export function tokenIdentity({ text, exact }: ResetToken): string {
  return exact ? `=${text}` : `~${text}`
}

export function epochIdentity({ server, witnesses, incarnation }: StatisticsEpoch): string {
  const texts = (tokens: readonly ResetToken[]) => tokens.map(tokenIdentity)
  return JSON.stringify([server, texts(witnesses), texts(incarnation === undefined ? [] : [incarnation])])
}

function parserOf<T>(schema: z.ZodType<T>): (json: string) => T {
  return (json) => schema.parse(JSON.parse(json))
}
