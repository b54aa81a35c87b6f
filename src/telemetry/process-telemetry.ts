import { cpuUsage, memoryUsage, uptime } from 'node:process'
import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import { observableCounter, observableGauge } from './instruments.ts'

/** Reads what the process uses at each collection, until disposed. */
export function observeProcess(meter: Meter): Disposable {
  const age = observableCounter(meter, 'otelcol_process_uptime')
  const cpu = observableCounter(meter, 'otelcol_process_cpu_seconds')
  const resident = observableGauge(meter, 'otelcol_process_memory_rss')
  const heap = observableGauge(meter, 'otelcol_process_runtime_heap_alloc_bytes')
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
