/** What a pipeline carries: data points, or log records. */
export type Signal = 'metrics' | 'logs'
