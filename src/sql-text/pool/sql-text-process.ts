import process from 'node:process'
import { fingerprintSync, loadModule, parseSync } from 'libpg-query'
import { normalForm } from '../normal-form.ts'
import { readStatement, type SqlParser } from '../read-statement.ts'
import { sqlOf } from '../shown-text.ts'
import { isTextRequest, type TextReply, type TextRequest, type TextResult } from './process-messages.ts'

// A process of its own, because libpg_query never gives memory back: its parent ends it when it has grown.
// It lives as long as its parent holds the other end of the channel, also when that is killed; signals that a terminal
// or a service manager sends to both are the parent's to act on.
process.on('disconnect', () => process.exit())
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(name, () => {})

/** An error that the process can't go on after: a trap of WebAssembly leaves the parser's memory in an unknown state. */
let broken = false

const parser: SqlParser = {
  parse: (sql) => guarded(() => parseSync(sql)),
  fingerprint: (sql) =>
    guarded(() => {
      const fingerprint = fingerprintSync(sql)
      // Some errors come as the result.
      if (!/^[0-9a-f]{16}$/.test(fingerprint)) throw new Error(fingerprint)
      return fingerprint
    }),
}

function guarded<Result>(call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    broken ||= error instanceof Error && ['RangeError', 'RuntimeError'].includes(error.name)
    throw error
  }
}

function answer({ kind, texts, tagKeys, memoryBytes }: TextRequest): TextReply {
  const results: TextResult[] = []
  for (const text of texts) {
    results.push(kind === 'read' ? readStatement(text, parser, tagKeys) : normalForm(sqlOf(text)))
    if (broken || process.memoryUsage.rss() > memoryBytes) return { kind: 'results', results, spent: true }
  }
  return { kind: 'results', results, spent: false }
}

function send(reply: TextReply): void {
  process.send?.(reply)
}

process.on('message', (message) => {
  if (isTextRequest(message)) send(answer(message))
})
loadModule().then(
  () => send({ kind: 'ready' }),
  () => process.exit(1),
)
