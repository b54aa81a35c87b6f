import { constants } from 'node:os'
import process from 'node:process'
import { isatty } from 'node:tty'
import { HangUps } from './cli/hang-ups.ts'
import { spareMemory } from './cli/spare-memory.ts'

const stopping = new AbortController()

function stop(name: 'SIGHUP' | 'SIGINT' | 'SIGTERM'): void {
  // The second one doesn't wait for anything.
  if (stopping.signal.aborted) process.exit(128 + constants.signals[name])
  stopping.abort(new DOMException(`stopped by ${name}`, 'AbortError'))
}

for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop(name))

const hangUps = new HangUps(() => stop('SIGHUP'))
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))
process.on('SIGHUP', () => {
  // A service manager's SIGHUP is for the command to judge. A terminal that was closed leaves nobody who could stop us.
  if (terminals.every((descriptor) => isatty(descriptor))) hangUps.arrive()
  else stop('SIGHUP')
})

// Whoever reads our output may go away (`| head`); that is no reason to die with a stack trace.
process.stdout.on('error', () => stopping.abort(new DOMException('nobody reads standard output', 'AbortError')))
process.stderr.on('error', () => {})

/** The program is loaded here and not above: a signal that arrives while it is loaded is heeded. */
async function main(): Promise<void> {
  const { runProgram } = await import('./cli/program.ts')
  spareMemory()
  const { argv, stdout, stderr, env } = process
  process.exitCode = await runProgram(argv.slice(2), { stdout, stderr, env, stop: stopping.signal, hangUps })
}

// No top-level await: the bundle is CommonJS, which has none.
main().catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`otelephant: ${text}\n`)
  process.exitCode = 1
})
