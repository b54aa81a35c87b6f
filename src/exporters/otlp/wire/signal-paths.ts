import type { Signal } from '../../../pdata/signal.ts'

/** OTLP's path of each signal, below an endpoint's base address. */
export const signalPaths = { metrics: '/v1/metrics', logs: '/v1/logs' } as const satisfies Record<Signal, string>
