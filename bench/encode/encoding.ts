import type { OutgoingPoint } from '../../src/deltas/outgoing-point.ts'
import { maxRequestBytes, newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import { RequestWriter } from '../../src/exporters/otlp/wire/request-writer.ts'
import type { EncodeCase } from './case.ts'
import { TableBatches } from './table-batches.ts'

/** Points that are ready to be sent to requests that aren't compressed. */
export function encoding(points: number): EncodeCase {
  const batches = [...new TableBatches().scrape(1, points)]
  const ready = batches.flatMap(({ reading, resource, scope, points: inside }) =>
    inside.map(({ series, value }) => {
      const [startMs, endMs] = [reading.timeMs - 30_000, reading.timeMs]
      const point: OutgoingPoint = { series, value: Number(value), startMs, endMs, temporality: 'delta' }
      return { resource, scope, point }
    }),
  )
  const limits = newRelicLimits.metrics
  const writer = new RequestWriter({ signal: 'metrics', encoding: 'protobuf', limits, maxRequestBytes })
  return {
    async scrape() {
      let written = 0
      for (const { resource, scope, point } of ready) {
        if (writer.addPoint(resource, scope, point) !== 'full') continue
        written += writer.items
        writer.take()
        writer.addPoint(resource, scope, point)
      }
      written += writer.items
      writer.take()
      return written
    },
    async close() {},
  }
}
