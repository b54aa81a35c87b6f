import type { Signal } from '../../../pdata/signal.ts'

/** How many items a request has, as a field of a log line. */
export function itemsField(signal: Signal, items: number): { readonly points: number } | { readonly records: number } {
  return signal === 'logs' ? { records: items } : { points: items }
}
