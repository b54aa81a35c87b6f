import { expect, test } from 'vitest'
import { folderWith, start } from '../../../../cli/support/otelephant.ts'
import { configuration, endpointOf, useWatched } from '../../../../cli/support/watched.ts'
import { eventually } from '../../../../support/eventually.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { sayingIn } from './support/protocol-faults.ts'
import { authentication, message } from './support/server-messages.ts'

const watched = useWatched()
const stopsWithinMs = 5_000

test('servers that would end or hang the process cost their own receiver alone, and are told with what mends it', async () => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  await using gss = await startHostileServer(sayingIn(0, [authentication(7)]))
  // An error without an end: the library's parser would look for it for good.
  await using endless = await startHostileServer(sayingIn(0, [message('E')]))
  await using flooding = await startHostileServer(() => ({
    received: (_, peer) =>
      peer.flood(Buffer.concat([Buffer.from([69, 0x7f, 255, 255, 255]), Buffer.alloc(65_536, 'x')])),
  }))
  const receiver = ({ host, port }: { readonly host: string; readonly port: number }) =>
    `{endpoint: '${host}:${port}', username: monitor, collection_interval: 1s, initial_delay: 0s}`
  const receivers = {
    'postgresql/gss': receiver(gss),
    'postgresql/endless': receiver(endless),
    'postgresql/flooding': receiver(flooding),
  }
  const cwd = await folderWith({ 'otelephant.yaml': configuration({ cluster, endpoint, receivers }) })
  const otelephant = start(['run', '--config', 'otelephant.yaml'], { cwd })
  const told = Object.entries({
    'postgresql/gss':
      "the server asks for GSSAPI, which isn't supported; give this role a scram-sha-256 line in pg_hba.conf (28000)",
    'postgresql/endless': "the server's ErrorResponse is too short for what it says",
    'postgresql/flooding': "the server's ErrorResponse is longer than 64 KiB",
  })
  await eventually(() => {
    for (const [receiver, said] of told) {
      const lines = otelephant.lines.filter((line) => line['receiver'] === receiver && line.msg === 'A scrape failed.')
      expect(lines.map((line) => line['error'])).toContainEqual(expect.stringContaining(said))
    }
  })
  const delivered = endpoint.received.points().length
  await eventually(() => expect(endpoint.received.points().length).toBeGreaterThan(delivered + 100))
  const startedMs = performance.now()
  otelephant.kill('SIGTERM')
  expect((await otelephant.ended).code).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(stopsWithinMs)
})
