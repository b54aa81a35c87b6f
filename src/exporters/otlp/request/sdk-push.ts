import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { countItems, sliceItems } from '../wire/stored-body.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import { newRequest } from './new-requests.ts'

/**
 * Stores metrics of the SDK as its own serializer writes them: they have kinds of points that the collector doesn't.
 * @throws StoreFullError, StoreFailedError; what was stored before is safe
 */
export function storeSdkMetrics(resourceMetrics: ResourceMetrics, settings: EnqueueSettings): void {
  const serializer = settings.encoding === 'protobuf' ? ProtobufMetricsSerializer : JsonMetricsSerializer
  const body = serializer.serializeRequest(resourceMetrics)
  if (body === undefined) throw new Error('the serializer gave no bytes for a request')
  put(body, settings)
}

export function countPoints({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
}

function put(bytes: Uint8Array, settings: EnqueueSettings): void {
  const { store, ledger, encoding, maxRequestBytes } = settings
  const body = { bytes, encoding, signal: 'metrics' } as const
  const points = countItems(body)
  const isTooLarge = bytes.byteLength > maxRequestBytes
  if (points === 0) return
  if (isTooLarge && points > 1) {
    const middle = Math.ceil(points / 2)
    put(sliceItems(body, 0, middle), settings)
    put(sliceItems(body, middle, points), settings)
    return
  }
  try {
    if (!isTooLarge) store.put([newRequest('metrics', points, bytes, settings)], [], new Map())
  } catch (error) {
    ledger.enqueueFailed(points)
    throw error
  }
  ledger.consumed(points)
  if (isTooLarge) ledger.dropped('too_large', points)
}
