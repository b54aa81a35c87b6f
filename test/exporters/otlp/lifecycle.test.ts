import { Writable } from 'node:stream'
import { systemClock } from '../../../src/component/clock.ts'
import { debugConfig } from '../../../src/exporters/debug/debug-config.ts'
import { DebugExporter } from '../../../src/exporters/debug/debug-exporter.ts'
import { OtlpExporter } from '../../../src/exporters/otlp/exporter.ts'
import { otlpHttpConfig, otlpHttpTarget } from '../../../src/exporters/otlp/otlp-http-config.ts'
import { MemoryStore } from '../../../src/exporters/otlp/queue/memory-store.ts'
import { backends, batch, point, reading, series } from '../../deltas/support/points.ts'
import { lifecycleSuite } from '../../support/lifecycle-suite.ts'
import { memoryLogger } from '../../support/memory-logger.ts'
import { OtlpServer } from './support/otlp-server.ts'

const never = new AbortController().signal

lifecycleSuite('otlp_http exporter', async () => {
  const server = await OtlpServer.listen()
  const exporter = new OtlpExporter({
    target: otlpHttpTarget(otlpHttpConfig.parse({ endpoint: server.url })),
    store: new MemoryStore({ capacityBytes: 1_000_000 }),
    clock: systemClock(),
    logger: memoryLogger(),
    version: '7.8.9',
  })
  return {
    component: exporter,
    async occasion() {
      await Promise.allSettled([exporter.consume(batch(reading(10), [point(series(backends), 12)]), never)])
      await exporter.flush(never)
    },
    done: () => server.received.length,
    dispose: () => server[Symbol.asyncDispose](),
  }
})

lifecycleSuite('debug exporter', async () => {
  let written = 0
  const output = new Writable({
    write(_chunk, _encoding, callback) {
      written += 1
      callback()
    },
  })
  const exporter = new DebugExporter({ config: debugConfig.parse({}), output })
  return {
    component: exporter,
    async occasion() {
      await Promise.allSettled([exporter.consume(batch(reading(10), [point(series(backends), 12)]), never)])
    },
    done: () => written,
  }
})
