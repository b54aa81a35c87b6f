import { fingerprintSync, loadModule, normalizeSync, parseSync, scanSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { redactMessage } from '../../src/sql-text/error-message.ts'
import { lex } from '../../src/sql-text/lexer.ts'
import { normalForm } from '../../src/sql-text/normal-form.ts'
import type { ShownText } from '../../src/sql-text/pool/statement-texts.ts'
import { readStatement } from '../../src/sql-text/read-statement.ts'
import { corpus, hasWordValue, leaks } from './support/corpus.ts'

const parser = { parse: parseSync, fingerprint: fingerprintSync }
const read = (shown: ShownText) => readStatement(shown, parser, ['nr_service_guid', 'traceparent'])

/** As of a text that no parser takes. */
const refused = () => {
  throw new Error('syntax error')
}
const unparsed = (shown: ShownText) => readStatement(shown, { parse: refused, fingerprint: refused }, [])

beforeAll(loadModule)

test('the corpus has over 300 statements, and PostgreSQL takes those that it should', () => {
  expect(corpus.length).toBeGreaterThan(300)
  expect(corpus.filter(({ sql, parses }) => takes(sql) !== parses).map(({ sql }) => sql)).toEqual([])
  expect(corpus.filter(({ sql }) => leaks(sql)).length).toBeGreaterThan(300)
})

test('no value is left in anything that is made of a statement', () => {
  const leaking = corpus.filter(({ sql }) =>
    leaks(JSON.stringify({ ...withoutHash(sql), message: redactMessage(`syntax error at or near "${sql}"`) })),
  )
  expect(leaking.map(({ sql }) => sql)).toEqual([])
})

test('statements that differ in values only are one: text, fingerprint, summary and tags', () => {
  for (const { name, sql, other } of corpus) expect(read(other), name).toEqual(read(sql))
})

test('cut at any byte, a statement tells nothing of its values', () => {
  let cuts = 0
  const different: string[] = []
  for (const { sql, other } of corpus) {
    const [bytes, otherBytes] = [Buffer.from(sql), Buffer.from(other)]
    for (let end = 0; end <= bytes.length; end++, cuts++) {
      const [cut, otherCut] = [bytes.subarray(0, end).toString(), otherBytes.subarray(0, end).toString()]
      const text = JSON.stringify(unparsed({ cut }))
      if (leaks(unparsed({ cut }).text ?? '') || text !== JSON.stringify(unparsed({ cut: otherCut })))
        different.push(cut)
      if (end % 9 !== 0) continue
      // It may be a statement all the same, and be the whole one.
      for (const shown of [cut, { cut }]) if (leaks(JSON.stringify(withoutHash(shown)))) different.push(cut)
    }
  }
  expect(different).toEqual([])
  expect(cuts).toBeGreaterThan(20_000)
})

test('begun in the middle of a statement, a fragment that is whole again tells nothing of its values', () => {
  for (const { name, sql } of corpus.filter((one) => one.parses && !hasWordValue(one))) {
    for (const { start } of lex(sql)) expect(leaks(normalForm(sql.slice(start))), `${name} from ${start}`).toBe(false)
  }
})

test("the fingerprint is libpg_query's, but for commands where libpg_query counts a value in", () => {
  let compared = 0
  const others: string[] = []
  for (const { sql, other, parses } of corpus) {
    if (!parses || read(sql).text === undefined || fingerprintSync(sql) !== fingerprintSync(other)) continue
    if (read(sql).fingerprint === fingerprintSync(sql)) compared++
    else others.push(sql)
  }
  // A name with escapes is taken for a value.
  expect(others.map((sql) => sql.slice(0, 17))).toEqual([String.raw`SELECT U&"d\0061t`])
  expect(compared).toBeGreaterThan(280)
})

test('what pg_stat_statements makes of a statement has the same fingerprint', () => {
  const different = corpus
    .filter(({ parses }) => parses)
    .filter(({ sql }) => read(normalizeSync(sql)).fingerprint !== read(sql).fingerprint)
  // A national string leaves its N behind; ESCAPE '\' can be read in two ways; SIMILAR ... ESCAPE takes no parameter.
  expect(different.map(({ sql }) => sql.slice(0, 20))).toEqual([
    "SELECT N'national 47",
    'SELECT * FROM t WHER',
    "SELECT substring('47",
  ])
})

test("the lexer cuts as PostgreSQL's own does", () => {
  const others: string[] = []
  for (const { sql } of corpus) {
    const theirs = scanned(sql)
    if (
      theirs !== undefined &&
      theirs !==
        lex(sql)
          .map(({ start, end }) => `${start}-${end}`)
          .join(' ')
    )
      others.push(sql)
  }
  // N'...' is a keyword and a string there; $1abc is two tokens before 15; a string that goes on behind a comment is one
  // in PostgreSQL, not in its copy.
  expect(others.map((sql) => sql.slice(0, 9))).toEqual(["SELECT N'", 'SELECT $1', "SELECT 'a"])
})

function takes(sql: string): boolean {
  try {
    parseSync(sql)
    return true
  } catch {
    return false
  }
}

function scanned(sql: string): string | undefined {
  const bytes = Buffer.from(sql)
  const offset = (at: number) => bytes.subarray(0, at).toString().length
  try {
    return scanSync(sql)
      .tokens.map(({ start, end }) => `${offset(start)}-${offset(end)}`)
      .join(' ')
  } catch {
    return undefined
  }
}

/** A hash may hold any digits. */
function withoutHash(shown: ShownText) {
  const { text, operation, collection, summary, tags } = read(shown)
  return { text, operation, collection, summary, tags }
}
