#!/usr/bin/env -S node --max-semi-space-size=8
import { constants } from 'node:os'
import process from 'node:process'
import { leanMemory } from './cli/lean-memory.ts'

leanMemory()

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second one doesn't wait for anything.
    if (stopping.signal.aborted) process.exit(128 + constants.signals[name])
    stopping.abort(new DOMException(`stopped by ${name}`, 'AbortError'))
  })
}

// Whoever reads our output may go away (`| head`); that is no reason to die with a stack trace.
process.stdout.on('error', () => stopping.abort(new DOMException('nobody reads standard output', 'AbortError')))
process.stderr.on('error', () => {})

/** The program is loaded here and not above, because what it is made of takes 10 MB less once `leanMemory` was called. */
async function main(): Promise<void> {
  const { runProgram } = await import('./cli/program.ts')
  const { argv, stdout, stderr, env } = process
  process.exitCode = await runProgram(argv.slice(2), { stdout, stderr, env, stop: stopping.signal })
}

// No top-level await: the bundle is CommonJS, which has none.
main().catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`otelephant: ${text}\n`)
  process.exitCode = 1
})
