import { performance } from 'node:perf_hooks'
import { memoryUsage } from 'node:process'
import vm from 'node:vm'

/** As V8 has it under --expose-gc, which src/start.cjs sets. */
type CollectGarbage = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => unknown

const checkEveryMs = 10_000
/** Less garbage isn't worth the work. */
const grownBytes = 2 * 1_024 * 1_024
/** Nothing else runs meanwhile, for 1.3 ms a megabyte: a larger heap is left to V8, which collects it piece by piece. */
const largestBytes = 96 * 1_024 * 1_024
/** Of the time, the part that may go into it. */
const share = 1 / 100

/**
 * Gives the garbage of a scrape back to the system, which V8 would keep for the next: docs/benchmarks.md has what that
 * saves and costs.
 */
export function spareMemory(): void {
  const found: unknown = vm.runInNewContext("typeof gc === 'function' ? gc : undefined")
  if (!isCollector(found)) return
  let keptBytes = 0
  let notBeforeMs = 0
  const check = () => {
    const startMs = performance.now()
    const { heapUsed } = memoryUsage()
    if (startMs < notBeforeMs || heapUsed < keptBytes + grownBytes || heapUsed > largestBytes) return
    found({ type: 'major', flavor: 'last-resort' })
    keptBytes = memoryUsage().heapUsed
    const endMs = performance.now()
    notBeforeMs = endMs + (endMs - startMs) / share
  }
  setInterval(check, checkEveryMs).unref()
}

function isCollector(found: unknown): found is CollectGarbage {
  return typeof found === 'function'
}
