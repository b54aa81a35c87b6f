import type { ColumnType } from '../metadata/query.ts'

export type ColumnValue = string | number | bigint | boolean | null

/** A row of a composed query: one decoded value a column. NULL is `null` and means "record nothing". */
export type Row = readonly ColumnValue[]

/**
 * Decodes the text that PostgreSQL sends.
 * @throws a TypeError that says what was expected, when the text isn't of the declared type
 */
export function decode(type: ColumnType, text: string | null): ColumnValue {
  if (text === null) return null
  switch (type) {
    case 'string':
      return text
    case 'int': {
      if (!/^-?\d+$/.test(text)) throw mismatch('an integer', text)
      const number = Number(text)
      return Number.isSafeInteger(number) ? number : BigInt(text)
    }
    case 'double': {
      // NaN and the infinities are values of PostgreSQL's; the exporter drops them as unsendable.
      const number = text === 'Infinity' || text === '-Infinity' || text === 'NaN' ? Number(text) : Number(text || 'x')
      if (Number.isNaN(number) && text !== 'NaN') throw mismatch('a number', text)
      return number
    }
    case 'bool':
      if (text !== 't' && text !== 'f') throw mismatch('a boolean', text)
      return text === 't'
    case 'timestamp': {
      const ms = parseTimestamp(text)
      if (ms === undefined) throw mismatch('a timestamp', text)
      return ms
    }
    default:
      return type satisfies never
  }
}

/** Milliseconds since the Unix epoch, with fractions, of a timestamptz as text under TimeZone UTC and DateStyle ISO. */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?\+00$/.exec(text)
  if (match === null) return undefined
  const seconds = Date.parse(`${match[1]}T${match[2]}Z`)
  return Number.isNaN(seconds) ? undefined : seconds + Number(match[3] ?? 0) * 1_000
}

/** A value as a part of a key. NULL is not the text "null". */
export function raw(value: ColumnValue): string {
  return value === null ? '\u0001' : String(value)
}

function mismatch(expected: string, text: string): TypeError {
  return new TypeError(`expected ${expected}, found "${text.slice(0, 40)}"`)
}
