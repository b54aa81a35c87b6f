import type { MetricInfo } from '../pdata/metric.ts'

/** Whether a counter's value can be compared with others: not negative, finite, and whole where the metric is `int`. */
export function isCountable(value: number | bigint, metric: MetricInfo): boolean {
  if (value < 0) return false
  if (typeof value === 'bigint') return metric.valueType === 'int'
  return metric.valueType === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value)
}

/** How much more `value` is than `previous`; exact for integers of any size. */
export function difference(value: number | bigint, previous: number | bigint): number | bigint {
  const exact = typeof value === 'bigint' ? isWhole(previous) : typeof previous === 'bigint' && isWhole(value)
  return exact ? BigInt(value) - BigInt(previous) : Number(value) - Number(previous)
}

/** Both together; exact for integers of any size. */
export function total(a: number | bigint, b: number | bigint): number | bigint {
  const exact = (typeof a === 'bigint' || typeof b === 'bigint') && isWhole(a) && isWhole(b)
  return exact ? BigInt(a) + BigInt(b) : Number(a) + Number(b)
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

/** The number as OTLP's encoders take it: finite, for `int` a safe integer; `undefined` where it is none. */
export function toSendable(value: number | bigint, metric: MetricInfo): number | undefined {
  const number = Number(value)
  const fits = metric.valueType === 'int' ? Number.isSafeInteger(number) : Number.isFinite(number)
  return fits ? number : undefined
}
