#!/usr/bin/env node
import { constants } from 'node:os'
import process from 'node:process'
import v8 from 'node:v8'
import { runProgram } from './cli/program.ts'

// undici's HTTP parser is WebAssembly. To optimise it V8 takes 14 MB that it never gives back, for a few requests a minute.
v8.setFlagsFromString('--no-wasm-tier-up')
v8.setFlagsFromString('--no-wasm-dynamic-tiering')

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second one doesn't wait for anything.
    if (stopping.signal.aborted) process.exit(128 + constants.signals[name])
    stopping.abort(new DOMException(`stopped by ${name}`, 'AbortError'))
  })
}

// Whoever reads our output may go away (`| head`); that is no reason to die with a stack trace.
process.stdout.on('error', () => stopping.abort())
process.stderr.on('error', () => {})

// No top-level await: the bundle is CommonJS, which has none.
const { stdout, stderr, env } = process
runProgram(process.argv.slice(2), { stdout, stderr, env, stop: stopping.signal }).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    stderr.write(`otelephant: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 1
  },
)
