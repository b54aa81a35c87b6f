import { expect, test } from 'vitest'
import { folderWith, run } from './otelephant.ts'
import { licenseKey, password } from './secrets.ts'

const good = `receivers:
  postgresql:
    endpoint: 127.0.0.1:5432
    username: monitor
    password: ${password}
    metrics:
      postgresql.commits: {enabled: true}
exporters:
  newrelic:
    api_key: ${licenseKey}
service:
  pipelines:
    metrics:
      receivers: [postgresql]
      exporters: [newrelic]
`

interface Fault {
  readonly name: string
  readonly was: string
  readonly is: string
  readonly said: readonly string[]
}

const faults: readonly Fault[] = [
  { name: 'an unknown key at the top', was: 'service:', is: 'extras: {}\nservice:', said: [''] },
  { name: 'an unknown key of the receiver', was: 'endpoint:', is: 'endpiont:', said: [''] },
  { name: 'an unknown metric', was: 'postgresql.commits:', is: 'postgresql.comits:', said: [''] },
  { name: 'an unknown key of a metric', was: 'enabled: true', is: 'enabld: true', said: [''] },
  { name: 'a metric switched by a word', was: 'enabled: true', is: 'enabled: "on"', said: [''] },
  { name: 'an unknown key of the exporter', was: '    api_key:', is: '    apikey: x\n    api_key:', said: [''] },
  { name: 'an unknown key of service', was: '  pipelines:', is: '  pipeline: {}\n  pipelines:', said: [''] },
  {
    name: 'an unknown key of a pipeline',
    was: '      receivers: [',
    is: '      reciever: []\n      receivers: [',
    said: [''],
  },
  {
    name: 'a duration without a unit',
    was: '    username:',
    is: '    collection_interval: 30\n    username:',
    said: [''],
  },
  {
    name: 'a duration in words',
    was: '    username:',
    is: '    collection_interval: 30 seconds\n    username:',
    said: [''],
  },
  { name: 'an endpoint without a port', was: '127.0.0.1:5432', is: 'db.example.com', said: [''] },
  { name: 'a list where the password should be', was: password, is: `[${password}]`, said: [''] },
  { name: 'a user key of New Relic', was: licenseKey, is: 'NRAK-SOMETHING', said: [''] },
  {
    name: 'a certificate file that is missing',
    was: '    username:',
    is: '    tls: {ca_file: missing.pem}\n    username:',
    said: [''],
  },
  {
    name: 'a certificate file that is not PEM',
    was: '    username:',
    is: '    tls: {ca_file: other.yaml}\n    username:',
    said: [''],
  },
  {
    name: 'a certificate file of the exporter that is missing',
    was: '    api_key:',
    is: '    tls: {ca_file: missing.pem}\n    api_key:',
    said: [''],
  },
  {
    name: 'a certificate without its key',
    was: '    username:',
    is: '    tls: {cert_file: ca.pem}\n    username:',
    said: [''],
  },
  { name: 'a variable that is not set', was: password, is: '${env:NOT_SET}', said: [''] },
  { name: 'a file reference that leads nowhere', was: password, is: '${file:missing.txt}', said: [''] },
  {
    name: 'a receiver that a pipeline names but nobody configured',
    was: '[postgresql]',
    is: '[postgresql/orders]',
    said: [''],
  },
  { name: 'an unknown type of receiver', was: '  postgresql:', is: '  mysql: {}\n  postgresql:', said: [''] },
  { name: 'an unknown type of exporter', was: '  newrelic:', is: '  newrelick: {}\n  newrelic:', said: [''] },
  {
    name: 'a pipeline of another signal',
    was: '    metrics:\n      receivers',
    is: '    traces:\n      receivers',
    said: [''],
  },
  { name: 'a key that stands twice', was: '    username:', is: '    username: admin\n    username:', said: [''] },
  { name: 'an indentation that does not fit', was: '    username:', is: '   username:', said: [''] },
  { name: 'a bracket that is not closed', was: '[postgresql]', is: '[postgresql', said: [''] },
  { name: 'a tab', was: '    username:', is: '\tusername:', said: [''] },
]

for (const { name, was, is, said } of faults) {
  test(`${name}: says where, what and how to mend it, and exits with 1`, async () => {
    expect(good).toContain(was)
    const cwd = await folderWith({ 'otelephant.yaml': good.replace(was, is), 'other.yaml': 'no: certificate\n' })
    const { code, stdout, stderr } = await run(['validate', '--config', 'otelephant.yaml'], { cwd })
    console.log(name, '\n', stderr)
    expect({ code, stdout, stderr: stderr.split('\n') }).toEqual({ code: 1, stdout: '', stderr: [...said, ''] })
  })
}
