import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { lex } from '../../src/sql-text/lexer.ts'
import { normalForm } from '../../src/sql-text/normal-form.ts'
import { corpus, hasWordValue } from './support/corpus.ts'

const long = process.env['OTELEPHANT_LONG'] === '1'
const numRuns = long ? 200_000 : 4_000

vi.setConfig({ testTimeout: long ? 600_000 : 30_000 })

/** The value's characters but for what would end the literal that it stands in. */
const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const literals = [
  (text: string) => `'${text.replaceAll(/[\\']/g, '')}'`,
  (text: string) => `'${text.replaceAll(/\\/g, '').replaceAll("'", "''")}'`,
  (text: string) => `E'${text.replaceAll(/[\\']/g, '\\$&')}'`,
  (text: string) => `U&'${text.replaceAll(/[\\']/g, '')}\\0041'`,
  (text: string) => `$tag$${text.replaceAll('$', '')}$tag$`,
  (text: string) => `$$${text.replaceAll('$', '')}$$`,
  (text: string) => `/* ${text.replaceAll(/[*/]/g, '')} */`,
  (text: string) => `-- ${text.replaceAll(/[\n\r]/g, '')}\n`,
  (text: string) =>
    `${Math.abs([...text].reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 1))}`.replace(/e.*/, ''),
  // Written for standard_conforming_strings = off.
  (text: string) => `'\\'${text.replaceAll(/[\\']/g, '')}'`,
] as const

const code = fc.constantFrom(
  ...[
    'SELECT',
    'FROM t',
    'WHERE',
    'a',
    '"Q"',
    '=',
    ',',
    '(',
    ')',
    '[',
    ']',
    'IN (',
    'VALUES (',
    'ARRAY[',
    '$1',
    ';',
    '::',
  ],
  ...['-', '+', '/', '*', '?', '.', 'E', 'U&', 'x', 'UESCAPE', 'LIKE', 'NULL', '\n', ' ', '\t', 'é', ':=', '||'],
)

/** One text with two sets of values in the same places. */
const pairs = fc
  .array(
    fc.oneof(
      fc.record({ code }),
      fc.record({
        literal: fc.constantFrom(...literals),
        one: value,
        other: value,
        space: fc.constantFrom(' ', ' , '),
      }),
    ),
    { maxLength: 14 },
  )
  .map((pieces) => ({
    one: pieces.map((piece) => ('code' in piece ? ` ${piece.code} ` : piece.space + piece.literal(piece.one))).join(''),
    other: pieces
      .map((piece) => ('code' in piece ? ` ${piece.code} ` : piece.space + piece.literal(piece.other)))
      .join(''),
  }))

test('whatever stands around them, other values give the same normal form', () => {
  fc.assert(
    fc.property(pairs, ({ one, other }) => {
      expect(normalForm(other)).toBe(normalForm(one))
    }),
    { numRuns, seed: 20_260_101 },
  )
})

test('statements of the corpus in a row, in each other and spoiled tell no more of their values than alone', () => {
  const statement = fc.constantFrom(...corpus.filter((one) => one.parses && !hasWordValue(one)))
  const spoil = fc.constantFrom(
    '',
    ';',
    ' ',
    '(',
    ')',
    ',',
    '[',
    'IN (',
    ' VALUES ',
    '+',
    '=',
    'x',
    '\u0000',
    '\ufffd',
    '"a"',
  )
  const at = fc.nat(400)
  fc.assert(
    fc.property(statement, statement, spoil, at, at, (first, second, junk, place, end) => {
      // The junk comes between two tokens, so that what is a value stays one.
      const tokens = lex(first.sql)
      const token = tokens[place % tokens.length]
      const cut = token?.start ?? 0
      const join = (left: string, right: string) => `${left.slice(0, cut)} ${junk} ${left.slice(cut)} \n;${right}`
      const [one, other] = [join(first.sql, second.sql), join(first.other, second.other)]
      expect(normalForm(other)).toBe(normalForm(one))
      expect(normalForm(other.slice(0, end))).toBe(normalForm(one.slice(0, end)))
    }),
    { numRuns, seed: 20_260_103 },
  )
})

test('the lexer takes any text, and every character is in one token or between two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (sql) => {
      let end = 0
      for (const token of lex(sql)) {
        expect(sql.slice(end, token.start)).toMatch(/^[ \t\n\r\f\v]*$/)
        expect(token.end).toBeGreaterThan(token.start)
        end = token.end
      }
      expect(sql.slice(end)).toMatch(/^[ \t\n\r\f\v]*$/)
    }),
    { numRuns, seed: 20_260_104 },
  )
})
