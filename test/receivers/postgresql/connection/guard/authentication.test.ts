import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { authenticationMethods } from '../../../../../src/config/database-url/require-auth.ts'
import type { Cluster } from '../../../../../src/demo/embedded-postgres/cluster.ts'
import {
  type AuthenticationRequest,
  judgeAuthentication,
} from '../../../../../src/receivers/postgresql/connection/guard/authentication.ts'
import { QueryError } from '../../../../../src/receivers/postgresql/connection/query-error.ts'
import type {
  AuthenticationPolicy,
  ConnectionSettings,
} from '../../../../../src/receivers/postgresql/settings/connection-settings.ts'
import { majors, startTestCluster } from '../../../../support/postgres.ts'
import { startTlsRelay } from '../../../../support/tls-relay.ts'
import { connectionOf, never, settingsOf } from '../../support/connecting.ts'

const certificate = (name: string) =>
  readFile(new URL(`../../../../support/certificates/${name}`, import.meta.url), 'utf8')

const lax: AuthenticationPolicy = {
  methods: new Set(authenticationMethods),
  channelBinding: 'prefer',
  cleartext: 'refused',
}
const plain = { encrypted: false, verified: false }
const unverified = { encrypted: true, verified: false }
const verified = { encrypted: true, verified: true }
const bound: AuthenticationRequest = { kind: 'sasl', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] }
const unbound: AuthenticationRequest = { kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }

describe('what a server asks for', () => {
  test.each([
    [{ kind: 'cleartext' }, plain, 'local', undefined],
    [{ kind: 'cleartext' }, plain, 'accepted', undefined],
    [{ kind: 'cleartext' }, plain, 'refused', 'in cleartext and was not checked; give this role a scram-sha-256 line'],
    [{ kind: 'cleartext' }, unverified, 'local', undefined],
    [{ kind: 'cleartext' }, unverified, 'accepted', undefined],
    [{ kind: 'cleartext' }, unverified, 'refused', 'or set tls: {insecure_skip_verify: false}'],
    [{ kind: 'cleartext' }, verified, 'refused', undefined],
    [{ kind: 'md5' }, plain, 'refused', undefined],
    [unbound, plain, 'refused', undefined],
    [{ kind: 'none' }, plain, 'refused', undefined],
  ] as const)(
    '%j, %j, is answered where cleartext is %s, or refused: %s',
    (request, transport, cleartext, expected) => {
      const refusal = judgeAuthentication(request, transport, { ...lax, cleartext })
      if (expected === undefined) expect(refusal).toBeUndefined()
      else expect(refusal).toEqual({ code: '28000', message: expect.stringContaining(expected) })
    },
  )

  test.each([
    [bound, verified, undefined],
    [bound, unverified, undefined],
    [bound, plain, 'asks for TLS'],
    [unbound, verified, 'offers no channel binding'],
    [{ kind: 'md5' }, verified, 'asks for the password as MD5, but channel_binding: require asks for SCRAM'],
    [{ kind: 'cleartext' }, verified, 'asks for the password in cleartext, but channel_binding'],
    [{ kind: 'none' }, verified, 'lets the role in without asking for a password, but channel_binding'],
  ] as const)('%j, %j, where the channel must be bound: %s', (request, transport, expected) => {
    const refusal = judgeAuthentication(request, transport, { ...lax, channelBinding: 'require' })
    if (expected === undefined) expect(refusal).toBeUndefined()
    else expect(refusal).toEqual({ code: '28000', message: expect.stringContaining(expected) })
  })

  test('is left alone unless `require_auth` allows it', () => {
    const asked = { none: 'none', cleartext: 'password', md5: 'md5', sasl: 'scram-sha-256' } as const
    for (const [kind, method] of Object.entries(asked)) {
      for (const request of [{ kind: 'none' }, { kind: 'cleartext' }, { kind: 'md5' }, unbound] as const) {
        const refusal = judgeAuthentication(request, verified, { ...lax, methods: new Set([asked[request.kind]]) })
        expect(refusal).toBeUndefined()
        const others = authenticationMethods.filter((one) => one !== method)
        const other = judgeAuthentication(request, verified, { ...lax, methods: new Set(others) })
        expect(other?.message, `${kind} ${request.kind}`).toEqual(
          request.kind === kind ? expect.stringContaining(`add ${method} to require_auth`) : undefined,
        )
      }
    }
  })
})

async function failure(work: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof QueryError) return error
  throw new Error('expected a QueryError', { cause: error })
}

const password = 'opensesame'
const anyCertificate = { rejectUnauthorized: false }

/** What a server keeps of a password (manual, "pg_authid"), with iterations that no version limits here. */
function verifier(iterations: number): string {
  const salt = Buffer.from('sixteen bytes ..')
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const key = (name: string) => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(key('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`
}

describe.each(majors)('a role of PostgreSQL %i', (major) => {
  let started: Promise<Cluster> | undefined
  const server = () => {
    started ??= (async () => {
      const cluster = await startTestCluster({
        major,
        settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
        files: { 'server.crt': await certificate('server.crt'), 'server.key': await certificate('server.key') },
        hba: [
          'host all clear 127.0.0.1/32 password',
          'host all hashed 127.0.0.1/32 md5',
          'host all trusted 127.0.0.1/32 trust',
          'host all all 127.0.0.1/32 scram-sha-256',
        ],
      })
      const iterations = { scram: 4_096, clear: 4_096, trusted: 4_096, patient: 200_000, endless: 1_000_001 }
      for (const [role, count] of Object.entries(iterations)) {
        await cluster.query(`CREATE ROLE ${role} LOGIN PASSWORD '${verifier(count)}'`)
      }
      const md5 = createHash('md5').update(`${password}hashed`).digest('hex')
      await cluster.query(`CREATE ROLE hashed LOGIN PASSWORD 'md5${md5}'`)
      return cluster
    })()
    return started
  }
  afterAll(async () => {
    await (await started)?.stop('fast')
  })

  interface Case extends Partial<AuthenticationPolicy> {
    readonly ssl?: ConnectionSettings['ssl']
    readonly warned?: ConnectionSettings['warned']
    readonly scramMaxIterations?: number
    readonly target?: { readonly host: string; readonly port: number }
  }

  /** Who the server says we are, or why we aren't. */
  async function login(username: string, given: Case = {}) {
    const { target, ssl, warned, scramMaxIterations = 1_000_000, ...policy } = { ssl: anyCertificate, ...given }
    const settings = settingsOf(target ?? (await server()), {
      username,
      password,
      scramMaxIterations,
      ssl,
      authentication: { ...lax, ...policy },
      ...(warned !== undefined && { warned }),
    })
    await using connection = await connectionOf(settings)
    const [row] = await connection.query('me', 'SELECT current_user', [], never)
    return row?.[0]
  }

  test('with a password as SCRAM, MD5 or none logs in over TLS', async () => {
    for (const role of ['scram', 'hashed', 'trusted']) expect(await login(role)).toBe(role)
  })

  test('whose password would go in cleartext logs in where the server is checked, or the user has said so', async () => {
    const ca = await certificate('ca.crt')
    expect((await failure(login('clear'))).message).toContain('in cleartext and was not checked; give this role')
    expect((await failure(login('clear', { ssl: undefined }))).code).toBe('28000')
    expect(await login('clear', { ssl: { rejectUnauthorized: true, ca } })).toBe('clear')
    const warnings: string[] = []
    const accepted = { cleartext: 'accepted', warned: (message: string) => warnings.push(message) } as const
    expect(await login('clear', accepted)).toBe('clear')
    expect(await login('scram', accepted)).toBe('scram')
    expect(await login('clear', { ...accepted, ssl: { rejectUnauthorized: true, ca } })).toBe('clear')
    expect(warnings).toEqual([
      expect.stringMatching(/^The password goes in cleartext to a server that was not checked/),
    ])
    expect(await login('clear', { cleartext: 'local', ssl: undefined })).toBe('clear')
  })

  test('logs in by a method that `require_auth` allows, and by no other', async () => {
    const only = (...methods: readonly (typeof authenticationMethods)[number][]) => ({ methods: new Set(methods) })
    expect(await login('scram', only('scram-sha-256'))).toBe('scram')
    expect(await login('hashed', only('md5', 'scram-sha-256'))).toBe('hashed')
    expect(await login('trusted', only('none'))).toBe('trusted')
    for (const [role, method] of [
      ['hashed', 'md5'],
      ['trusted', 'none'],
      ['clear', 'password'],
    ]) {
      const error = await failure(login(role ?? '', only('scram-sha-256')))
      expect(error.message).toContain(`add ${method} to require_auth`)
    }
  })

  test('logs in over a bound channel where one is required', async () => {
    expect(await login('scram', { channelBinding: 'require' })).toBe('scram')
    for (const role of ['hashed', 'clear', 'trusted']) {
      const error = await failure(login(role, { channelBinding: 'require', cleartext: 'accepted' }))
      expect(error.message).toContain('channel_binding: require asks for SCRAM')
    }
    expect((await failure(login('scram', { channelBinding: 'require', ssl: undefined }))).message).toContain(
      'asks for TLS',
    )
  })

  test('does not log in through somebody who ends TLS in between, unless channels are not bound', async () => {
    await using relay = await startTlsRelay(await server())
    for (const channelBinding of ['prefer', 'require'] as const) {
      const error = await failure(login('scram', { target: relay, channelBinding }))
      expect(error.message).toContain('SCRAM channel binding')
    }
    expect(await login('scram', { target: relay, channelBinding: 'disable' })).toBe('scram')
  })

  test('logs in with as many iterations as are allowed, while the process goes on', async () => {
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 1)
    expect(await login('patient')).toBe('patient')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
    const error = await failure(login('endless'))
    expect(error.message).toContain(
      'asks for 1000001 iterations of SCRAM, and at most 1000000 are computed; raise scram_max_iterations',
    )
    expect(await login('endless', { scramMaxIterations: 1_000_001 })).toBe('endless')
  })
})

test('a server that offers to bind a channel and can not do it for its certificate: says what to set', async () => {
  await using server = await startTestCluster({
    major: majors.at(-1) ?? 18,
    settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
    files: { 'server.crt': await certificate('ed25519.crt'), 'server.key': await certificate('ed25519.key') },
    hba: ['host all all 127.0.0.1/32 scram-sha-256'],
  })
  await server.query(`CREATE ROLE monitor LOGIN PASSWORD '${verifier(4_096)}'`)
  const settings = settingsOf(server, { password, ssl: anyCertificate })
  expect((await failure(connectionOf(settings))).message).toContain('set channel_binding: disable')
  await using connection = await connectionOf({ ...settings, authentication: { ...lax, channelBinding: 'disable' } })
  expect(await connection.query('one', 'SELECT 1', [], never)).toEqual([['1']])
})

test('a channel that must be bound is refused by a server without TLS before it is told anything', async () => {
  await using server = await startTestCluster({
    major: majors.at(-1) ?? 18,
    hba: ['host all all 127.0.0.1/32 password'],
  })
  const authentication = { ...lax, channelBinding: 'require' } as const
  const settings = settingsOf(server, { username: 'postgres', password, authentication, ssl: anyCertificate })
  expect((await failure(connectionOf(settings))).message).toContain('does not support SSL connections')
  expect(await server.log()).not.toContain('password authentication failed')
})
