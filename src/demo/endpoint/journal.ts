import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'

/** A request as it was taken in. */
export interface JournalEntry {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

const line = z.object({
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  at: z.number(),
})

/** A file of what an endpoint has taken in, written before it answers, so that its memory outlives a kill. */
export class Journal implements Disposable {
  readonly #file: number
  /** What the file held when it was opened. */
  readonly entries: readonly JournalEntry[]

  constructor(path: string) {
    this.entries = existsSync(path) ? readEntries(path) : []
    this.#file = openSync(path, 'a')
  }

  append({ path, headers, body, at }: JournalEntry): void {
    const texts = Object.entries(headers).filter(([, value]) => typeof value === 'string')
    const entry = { path, headers: Object.fromEntries(texts), body: body.toString('base64'), at }
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}

/** A last line that a kill has cut was never answered: it is removed. */
function readEntries(path: string): JournalEntry[] {
  const text = readFileSync(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole))
  return whole
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => {
      const { body, ...entry } = line.parse(JSON.parse(each))
      return { ...entry, body: Buffer.from(body, 'base64') }
    })
}
