import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { encodeResourceMetrics } from '../wire/encode-points.ts'
import { newRequest } from './encoded-requests.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import { countPoints, splitResourceMetrics } from './sdk-metrics.ts'

/**
 * Stores metrics of the SDK as they are.
 * @throws StoreFullError, StoreFailedError; what was stored before is safe
 */
export function storeSdkMetrics(resourceMetrics: ResourceMetrics, settings: EnqueueSettings): void {
  const { store, ledger, encoding, maxRequestBytes } = settings
  const points = countPoints(resourceMetrics)
  if (points === 0) return
  const body = encodeResourceMetrics([resourceMetrics], encoding)
  if (body.byteLength > maxRequestBytes && points > 1) {
    for (const half of splitResourceMetrics(resourceMetrics)) storeSdkMetrics(half, settings)
    return
  }
  try {
    store.put([newRequest('metrics', body, points, settings)], [], new Map())
  } catch (error) {
    ledger.enqueueFailed(points)
    throw error
  }
  ledger.consumed(points)
}
