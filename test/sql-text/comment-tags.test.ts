import { expect, test } from 'vitest'
import { commentTags } from '../../src/sql-text/comment-tags.ts'
import { parseTraceparent } from '../../src/sql-text/traceparent.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const keys = ['traceparent', 'nr_service_guid', 'route']

for (const [sql, tags] of [
  [`SELECT 1 /*traceparent='${traceparent}',db_driver='pg'*/`, { traceparent }],
  ['/* nr_service_guid="MTIzfEFQTXw" */ SELECT 1', { nr_service_guid: 'MTIzfEFQTXw' }],
  ["SELECT 1 /*route='%2Fusers%2F1'*/;", { route: '/users/1' }],
  ["/*route='a'*/ SELECT 1 /*route='b'*/", { route: 'a' }],
  ["SELECT /*route='inner'*/ 1", {}],
  ["SELECT '/*route=''a''*/'", {}],
  ["SELECT 1 -- route='a'", {}],
  ["SELECT 1 /*route='a'", {}],
  ["SELECT 1 /*route='two words'*/", {}],
  ["SELECT 1 /*route='%0A'*/", {}],
  ["SELECT 1 /*traceparent='00-1-2-03'*/", {}],
  [`SELECT 1 /*route='${'a'.repeat(256)}'*/`, {}],
  ["SELECT 1 /*__proto__='a',constructor='b'*/", {}],
] as const) {
  test(`${sql.slice(0, 60)}: ${JSON.stringify(tags)}`, () => {
    expect(commentTags(sql, keys)).toEqual(tags)
  })
}

const link = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 }

for (const [text, expected] of [
  [traceparent, link],
  [`my app ${traceparent}`, link],
  [`traceparent=${traceparent};x`, link],
  [`cc${traceparent.slice(2)}-more`, link],
  [`${traceparent}-more`, undefined],
  [`ff${traceparent.slice(2)}`, undefined],
  [traceparent.toUpperCase(), undefined],
  [`a${traceparent}`, undefined],
  [`${traceparent}0`, undefined],
  [traceparent.slice(0, -1), undefined],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', undefined],
  ['', undefined],
] as const) {
  test(`the trace of ${JSON.stringify(text)} is ${expected?.traceId ?? 'none'}`, () => {
    expect(parseTraceparent(text)).toEqual(expected)
  })
}
