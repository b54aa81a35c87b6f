import { cpuUsage, memoryUsage, uptime } from 'node:process'
import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import { instruments } from '../../../generated/internal/telemetry.ts'

/** Reads what the process uses at each collection, until disposed. */
export function observeProcess(meter: Meter): Disposable {
  const {
    otelcolProcessUptime: age,
    otelcolProcessCpuSeconds: cpu,
    otelcolProcessMemoryRss: resident,
    otelcolProcessRuntimeHeapAllocBytes: heap,
  } = instruments(meter)
  const observed = [age, cpu, resident, heap]
  const observe: BatchObservableCallback = (result) => {
    const { user, system } = cpuUsage()
    const { rss, heapUsed } = memoryUsage()
    result.observe(age, uptime())
    result.observe(cpu, (user + system) / 1_000_000)
    result.observe(resident, rss)
    result.observe(heap, heapUsed)
  }
  meter.addBatchObservableCallback(observe, observed)
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, observed) }
}
