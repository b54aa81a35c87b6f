import { fingerprintSync, loadModule, parseSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { redactMessage } from '../../src/sql-text/error-message.ts'
import type { ShownText } from '../../src/sql-text/pool/statement-texts.ts'
import { readStatement } from '../../src/sql-text/read-statement.ts'
import { corpus } from './support/corpus.ts'
import { hostileCorpus, namedSecrets } from './support/hostile-corpus.ts'
import { ordinaryStatements } from './support/ordinary-statements.ts'
import { takesSecretForName } from './support/secret-names.ts'

const read = (shown: ShownText) =>
  readStatement(shown, { parse: parseSync, fingerprint: fingerprintSync }, ['nr_service_guid', 'traceparent'])

beforeAll(loadModule)

test('the hostile corpus has over 250 statements that are not in the other one', () => {
  const known = new Set(corpus.map(({ sql }) => sql.replaceAll(/4711\d{4}/g, '§')))
  const fresh = hostileCorpus.filter(({ sql, secret }) => !known.has(sql.replaceAll(secret, '§')))
  expect(new Set(fresh.map(({ sql, secret }) => sql.replaceAll(secret, '§'))).size).toBeGreaterThan(400)
  expect(hostileCorpus.filter(({ sql, secret }) => !sql.includes(secret))).toEqual([])
})

test('nothing that is made of a whole statement holds its secret', () => {
  const leaking = hostileCorpus.filter(({ sql, secret }) => shownOf(sql).includes(secret))
  expect(leaking.map(({ sql }) => sql)).toEqual([])
})

test('no fingerprint depends on a secret, which who sees it could guess', () => {
  const depends = hostileCorpus.filter(({ sql, secret }) => {
    const other = sql.replaceAll(secret, secret.replace('7391', '8402'))
    return read(sql).fingerprint !== read(other).fingerprint
  })
  expect(depends.map(({ sql }) => sql)).toEqual([])
})

test('cut at any place, a statement shows no more of its secret than what its grammar takes for a name', () => {
  const leaking: string[] = []
  for (const { sql, secret } of hostileCorpus) {
    // Before the secret there is nothing to see, and shortly behind it nothing new.
    const from = sql.indexOf(secret) + 4
    for (let end = from; end <= sql.length; end += end < from + 24 ? 1 : 7) {
      const cut = sql.slice(0, end)
      if (/7391/.test(shownOf({ cut })) && !takesSecretForName(cut)) leaking.push(cut)
    }
  }
  expect(leaking).toEqual([])
})

test('no message of an error that quotes a statement or a value holds the secret', () => {
  const leaking = hostileCorpus.flatMap(({ sql, secret }) =>
    [
      `syntax error at or near "${sql}"`,
      `Syntaxfehler bei »${sql}«`,
      `invalid input syntax for type integer: "zq${secret}"`,
      `invalid byte sequence for encoding "UTF8": 0x${secret}`,
      `value ${secret} is out of range`,
      `duplicate key: (a)=('zq${secret}')`,
    ].filter((message) => redactMessage(message).includes(secret)),
  )
  expect(leaking).toEqual([])
})

test('at least 95 % of ordinary statements are shown, and all that are planned keep their id', () => {
  const shown = ordinaryStatements.filter((sql) => read(sql).text !== undefined)
  expect(shown.length / ordinaryStatements.length).toBeGreaterThanOrEqual(0.95)
  const planned = ordinaryStatements.filter((sql) => /^(?:select|insert|update|delete|merge|with)\b/i.test(sql))
  expect(planned.length).toBeGreaterThan(45)
  expect(planned.filter((sql) => !read(sql).hasSafeId)).toEqual([])
  const parsing = corpus.filter(({ parses }) => parses)
  expect(parsing.filter(({ sql }) => read(sql).text !== undefined).length / parsing.length).toBeGreaterThan(0.99)
})

test('what stands where the grammar has names is shown as a name', () => {
  expect(namedSecrets.filter((sql) => !shownOf(sql).includes('zq'))).toEqual([])
})

/** All but the hash, which may hold any digits. */
function shownOf(shown: ShownText): string {
  const { fingerprint: _, ...rest } = read(shown)
  return JSON.stringify(rest)
}
