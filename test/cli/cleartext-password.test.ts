import { expect, test } from 'vitest'
import { startAskingServer } from '../support/asking-server.ts'
import { caFile } from '../support/tls-front.ts'
import { start } from './support/otelephant.ts'
import { licenseKey, password } from './support/secrets.ts'
import { endpointOf } from './support/watched.ts'

/** This machine by a name that doesn't say so: to the collector it is another one. */
const elsewhere = '127.1'
const exposed = /^The password goes in cleartext to a server that was not checked; give this role a scram-sha-256 line/

for (const { host, parameters, isTold, isWarned } of [
  { host: elsewhere, parameters: '', isTold: false, isWarned: false },
  { host: elsewhere, parameters: '?sslmode=require', isTold: true, isWarned: true },
  { host: elsewhere, parameters: '?sslmode=prefer', isTold: true, isWarned: true },
  { host: elsewhere, parameters: '?sslmode=disable', isTold: true, isWarned: true },
  { host: elsewhere, parameters: '?sslmode=require&require_auth=scram-sha-256', isTold: false, isWarned: false },
  { host: elsewhere, parameters: '?sslmode=require&channel_binding=require', isTold: false, isWarned: false },
  { host: 'localhost', parameters: `?sslmode=verify-full&sslrootcert=${caFile}`, isTold: true, isWarned: false },
  { host: '127.0.0.1', parameters: '', isTold: true, isWarned: false },
  { host: '127.0.0.1', parameters: '?sslmode=require', isTold: true, isWarned: false },
]) {
  const what = isTold ? 'is told' : 'is not told'
  test(`a server at ${host}${parameters.replace(caFile, 'ca.crt')} that asks for the password in cleartext ${what}`, async () => {
    await using server = await startAskingServer()
    const url = `postgresql://monitor:${password}@${host}:${server.port}/postgres${parameters}`
    const sets = [`exporters.newrelic.endpoint=${(await endpointOf()).url}`, 'receivers.postgresql.instance=asking']
    const otelephant = start(['run', '--once', ...sets.flatMap((set) => ['--set', set])], {
      env: { DATABASE_URL: url, NEW_RELIC_LICENSE_KEY: licenseKey },
    })
    expect((await otelephant.ended).code).toBe(1)
    expect(server.asked).toBeGreaterThan(0)
    expect(new Set(server.told)).toEqual(new Set(isTold ? [password] : []))
    expect(otelephant.lines.filter(({ level, msg }) => level === 'warn' && exposed.test(msg))).toHaveLength(
      isWarned ? 1 : 0,
    )
    const reason = isTold ? /no such password/ : /scram-sha-256 line|add password to require_auth/
    expect(otelephant.lines.at(-1)?.['reasons']).toEqual([expect.stringMatching(reason)])
  })
}
