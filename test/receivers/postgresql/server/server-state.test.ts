import { describe, expect, test } from 'vitest'
import { Denials } from '../../../../src/receivers/postgresql/server/denials.ts'
import { parseState, stateValues } from '../../../../src/receivers/postgresql/server/server-state.ts'

const asked = stateValues(180_000, Denials.none)
const row = {
  userName: 'monitor',
  now: '2030-02-03 04:05:06.789+00',
  recovery: 'f',
  postmasterStart: '2030-02-01 01:00:00.5+00',
  system: '7123456789012345678',
  checkpointer: '2030-02-01 01:00:01.25+00',
  bgwriter: '2030-01-11 00:00:00+00',
  archiver: '2030-01-12 00:00:00+00',
  wal: '2030-01-13 00:00:00+00',
} as const
const atMs = Date.parse('2030-02-03T04:05:05.289Z')

function parse(values: Readonly<Partial<Record<keyof typeof row, string | null>>>) {
  const whole = { ...row, ...values }
  return parseState(asked, [asked.map((name) => whole[name])], atMs)
}

test('a row of the right values is the server as it is', () => {
  expect(parse({})).toEqual({
    role: 'primary',
    userName: 'monitor',
    offsetMs: 1_500,
    postmasterStart: row.postmasterStart,
    epoch: {
      server: row.system,
      witnesses: [row.bgwriter, row.archiver, row.wal].map((text) => expect.objectContaining({ text, exact: true })),
      incarnation: expect.objectContaining({ text: row.checkpointer }),
    },
  })
  expect(parse({ recovery: 't' }).role).toBe('standby')
  // What this role may not see, or never was reset.
  expect(parse({ checkpointer: null, wal: null }).epoch).not.toHaveProperty('incarnation')
})

describe('an answer is an error and no other server, where', () => {
  test.each<[string, Parameters<typeof parse>[0]]>([
    ['the user has no name', { userName: '' }],
    ['the user is NULL', { userName: null }],
    ['the clock is empty', { now: '' }],
    ['the clock is NULL', { now: null }],
    ['the clock is of another time zone', { now: '2030-02-03 04:05:06+01' }],
    ['the clock is a number', { now: '1901338306.789' }],
    ['whether it recovers is a word', { recovery: 'false' }],
    ['whether it recovers is NULL', { recovery: null }],
    ['its start is infinite', { postmasterStart: '-infinity' }],
    ['its start is NULL', { postmasterStart: null }],
    ['its identifier is a name', { system: 'monitor' }],
    ['its identifier is NULL', { system: null }],
    ['its identifier is empty', { system: '' }],
    ["the checkpointer's start is a process id", { checkpointer: '4711' }],
    ['a reset is empty', { bgwriter: '' }],
    ['a reset has no time', { archiver: '2030-01-12' }],
    ['a reset is a number', { wal: '0' }],
  ])('%s', (_, values) => {
    expect(() => parse(values)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  const values = asked.map((name) => row[name])
  test.each([
    ['there is no row', []],
    ['there are two', [values, values]],
    ['a value is missing', [values.slice(1)]],
    ['there is one too many', [[...values, 'f']]],
    ['there are none', [[]]],
    ['all stand one place further', [[values.at(-1) ?? null, ...values.slice(0, -1)]]],
  ])('%s', (_, rows) => {
    expect(() => parseState(asked, rows, atMs)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})
