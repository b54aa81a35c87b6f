import type { Signal } from '../../../pdata/signal.ts'

/** OTLP's path of each signal; stored requests are told by it. */
export const signalPaths = { metrics: '/v1/metrics', logs: '/v1/logs' } as const satisfies Record<Signal, string>

/** What a request of that path carries. */
export function signalOf(path: string): Signal {
  return path === signalPaths.logs ? 'logs' : 'metrics'
}

/** How many items a request has, as a field of a log line. */
export function itemsField(signal: Signal, items: number): { readonly points: number } | { readonly records: number } {
  return signal === 'logs' ? { records: items } : { points: items }
}
