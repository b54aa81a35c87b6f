import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, run, start } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'

const configuration = `receivers:
  internal: {}
exporters:
  newrelic:
    endpoint: http://127.0.0.1:9
    api_key: ${licenseKey}
    sending_queue: {storage: queue}
service:
  pipelines:
    metrics: {receivers: [internal], exporters: [newrelic]}
  telemetry: {logs: {encoding: json}}
`
const args = ['run', '--config', 'otelephant.yaml']

test('a second process on the same folder says which file and exits with 1; the first goes on and ends in order', async () => {
  const cwd = await folderWith({ 'otelephant.yaml': configuration })
  const first = start(args, { cwd })
  await first.logged('Started.')
  const { code, stderr } = await run(args, { cwd })
  expect({ code, stderr: stderr.trimEnd().split('\n').at(-1) }).toEqual({
    code: 1,
    stderr:
      'otelephant.yaml:7:30: exporters::newrelic::sending_queue::storage: ' +
      `${join(cwd, 'queue/newrelic.queue')} is in use by another process; each collector needs a folder of its own`,
  })
  first.kill('SIGTERM')
  expect(await first.ended).toMatchObject({ code: 0 })
  const third = start(args, { cwd })
  await third.logged('Started.')
  third.kill('SIGTERM')
  expect(await third.ended).toMatchObject({ code: 0 })
})

test('storage that is a file is a fault of the configuration', async () => {
  const cwd = await folderWith({ 'otelephant.yaml': configuration, queue: 'a file' })
  const { code, stderr } = await run(args, { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain('otelephant.yaml:7:30: exporters::newrelic::sending_queue::storage: is not a folder')
})
