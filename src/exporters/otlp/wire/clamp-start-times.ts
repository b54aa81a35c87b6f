import { fieldsOf } from './protobuf-items.ts'

/*
 * Numbers of fields and values in metrics.proto of https://github.com/open-telemetry/opentelemetry-proto: from the
 * request over resource_metrics, scope_metrics and metrics to sum.
 */
const pathToSums = [1, 2, 2, 7] as const
const dataPoints = 1
const temporality = { field: 2, delta: 1 } as const
const startTime = 2
const endTime = 3

/**
 * A metrics request in protobuf in which no delta starts before that moment; `undefined` where none did. New Relic stores a
 * delta under its start time, and silently drops it where that is 48 hours ago. A delta that spans a gap and then waits in the
 * queue gets so old. Its value stays as it is.
 * @throws Error where the bytes aren't protobuf
 */
export function clampStartTimes(bytes: Uint8Array, earliestMs: number): Uint8Array | undefined {
  const clamped = Buffer.from(bytes)
  return clampBelow(clamped, pathToSums, BigInt(Math.floor(earliestMs)) * 1_000_000n) > 0 ? clamped : undefined
}

function clampBelow(message: Buffer, path: readonly number[], earliestNs: bigint): number {
  const [next, ...rest] = path
  if (next === undefined) return clampInSum(message, earliestNs)
  let count = 0
  for (const { number, hasLength, contentStart, end } of fieldsOf(message)) {
    if (number === next && hasLength) count += clampBelow(message.subarray(contentStart, end), rest, earliestNs)
  }
  return count
}

function clampInSum(sum: Buffer, earliestNs: bigint): number {
  const fields = [...fieldsOf(sum)]
  if (
    !fields.some(({ number, contentStart }) => number === temporality.field && sum[contentStart] === temporality.delta)
  )
    return 0
  let count = 0
  for (const { number, hasLength, contentStart, end } of fields) {
    if (number === dataPoints && hasLength && clampPoint(sum.subarray(contentStart, end), earliestNs)) count += 1
  }
  return count
}

function clampPoint(point: Buffer, earliestNs: bigint): boolean {
  const times = new Map([...fieldsOf(point)].map(({ number, contentStart }) => [number, contentStart]))
  const startAt = times.get(startTime)
  const endAt = times.get(endTime)
  if (startAt === undefined || endAt === undefined) return false
  if (point.readBigUInt64LE(startAt) >= earliestNs) return false
  // All of it is too old: another start doesn't help.
  if (point.readBigUInt64LE(endAt) <= earliestNs) return false
  point.writeBigUInt64LE(earliestNs, startAt)
  return true
}
