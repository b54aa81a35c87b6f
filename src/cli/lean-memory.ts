import { memoryUsage } from 'node:process'
import v8 from 'node:v8'

/** Live data beyond this is worth V8's speed; below it, most of the heap would be garbage that nobody waits for. */
const leanBelowBytes = 48 * 1_024 * 1_024
const checkEveryMs = 10_000

/**
 * Tells V8 to keep the process small: docs/benchmarks.md has what that saves and costs. Flags that can only be given on
 * the command line are not among them.
 */
export function leanMemory(): void {
  // undici's HTTP parser is WebAssembly. To optimise it V8 takes 14 MB for good, for a few requests a minute.
  v8.setFlagsFromString('--no-wasm-tier-up')
  v8.setFlagsFromString('--no-wasm-dynamic-tiering')
  // Garbage is given back a second after a scrape and not eight.
  v8.setFlagsFromString('--gc-memory-reducer-start-delay-ms=1000')
  let lean = false
  const decide = () => {
    const small = memoryUsage().heapUsed < leanBelowBytes
    if (small !== lean) v8.setFlagsFromString(small ? '--optimize-for-size' : '--no-optimize-for-size')
    lean = small
  }
  decide()
  setInterval(decide, checkEveryMs).unref()
}
