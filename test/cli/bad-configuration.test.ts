import { expect, test } from 'vitest'
import { folderWith, run } from './support/otelephant.ts'
import { licenseKey, password } from './support/secrets.ts'

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

const reference = (to: string) => `\${${to}}`

interface Fault {
  readonly name: string
  readonly was: string
  readonly is: string
  readonly said: readonly string[]
}

const faults: readonly Fault[] = [
  {
    name: 'an unknown key at the top',
    was: 'service:',
    is: 'extras: {}\nservice:',
    said: ['otelephant.yaml:11:1: extras: unknown key "extras"; known are exporters, receivers, service'],
  },
  {
    name: 'an unknown key of the receiver',
    was: 'endpoint:',
    is: 'endpiont:',
    said: ['otelephant.yaml:3:5: receivers::postgresql::endpiont: unknown key "endpiont"; did you mean "endpoint"?'],
  },
  {
    name: 'an unknown metric',
    was: 'postgresql.commits:',
    is: 'postgresql.comits:',
    said: [
      'otelephant.yaml:7:7: receivers::postgresql::metrics::postgresql.comits: unknown key "postgresql.comits"; did you mean "postgresql.commits"?',
    ],
  },
  {
    name: 'an unknown event',
    was: '    metrics:\n      postgresql.commits: {enabled: true}',
    is: '    events:\n      db.server.top_querys: {enabled: true}',
    said: [
      'otelephant.yaml:7:7: receivers::postgresql::events::db.server.top_querys: unknown key "db.server.top_querys"; did you mean "db.server.top_query"?',
    ],
  },
  {
    name: 'an unknown key of a metric',
    was: 'enabled: true',
    is: 'enabld: true',
    said: [
      'otelephant.yaml:7:28: receivers::postgresql::metrics::postgresql.commits::enabld: unknown key "enabld"; did you mean "enabled"?',
    ],
  },
  {
    name: 'a metric switched by a word',
    was: 'enabled: true',
    is: 'enabled: "on"',
    said: [
      'otelephant.yaml:7:37: receivers::postgresql::metrics::postgresql.commits::enabled: expected boolean, found "on"',
    ],
  },
  {
    name: 'an unknown key of the exporter',
    was: '    api_key:',
    is: '    apikey: x\n    api_key:',
    said: ['otelephant.yaml:10:5: exporters::newrelic::apikey: unknown key "apikey"; did you mean "api_key"?'],
  },
  {
    name: 'an unknown key of service',
    was: '  pipelines:',
    is: '  pipeline: {}\n  pipelines:',
    said: ['otelephant.yaml:12:3: service::pipeline: unknown key "pipeline"; did you mean "pipelines"?'],
  },
  {
    name: 'an unknown key of a pipeline',
    was: '      receivers: [',
    is: '      reciever: []\n      receivers: [',
    said: [
      'otelephant.yaml:14:7: service::pipelines::metrics::reciever: unknown key "reciever"; did you mean "receivers"?',
    ],
  },
  {
    name: 'a duration without a unit',
    was: '    username:',
    is: '    collection_interval: 30\n    username:',
    said: [
      'otelephant.yaml:4:26: receivers::postgresql::collection_interval: expected a duration such as 30s, 5m or 1h30m, found 30',
    ],
  },
  {
    name: 'a duration in words',
    was: '    username:',
    is: '    collection_interval: 30 seconds\n    username:',
    said: [
      'otelephant.yaml:4:26: receivers::postgresql::collection_interval: expected a duration such as 30s, 5m or 1h30m, found "30 seconds"',
    ],
  },
  {
    name: 'an endpoint without a port',
    was: '127.0.0.1:5432',
    is: 'db.example.com',
    said: [
      "otelephant.yaml:3:15: receivers::postgresql::endpoint: 'endpoint' must be in the form <host>:<port> no matter what 'transport' is configured",
    ],
  },
  {
    name: 'a list where the password should be',
    was: password,
    is: `[${password}]`,
    said: ['otelephant.yaml:5:15: receivers::postgresql::password: expected string, found a list that is not shown'],
  },
  {
    name: 'a user key of New Relic',
    was: licenseKey,
    is: 'NRAK-SOMETHING',
    said: [
      'otelephant.yaml:10:14: exporters::newrelic::api_key: is a user key, which cannot send data; a license key (ingest) is needed',
    ],
  },
  {
    name: 'a certificate file that is missing',
    was: '    username:',
    is: '    tls: {ca_file: missing.pem}\n    username:',
    said: ["otelephant.yaml:4:20: receivers::postgresql::tls::ca_file: can't read missing.pem: there is no such file"],
  },
  {
    name: 'a certificate file that is not PEM',
    was: '    username:',
    is: '    tls: {ca_file: other.yaml}\n    username:',
    said: [
      'otelephant.yaml:4:20: receivers::postgresql::tls::ca_file: expected a certificate in PEM in other.yaml, found something else',
    ],
  },
  {
    name: 'a certificate file of the exporter that is missing',
    was: '    api_key:',
    is: '    tls: {ca_file: missing.pem}\n    api_key:',
    said: ["otelephant.yaml:10:20: exporters::newrelic::tls::ca_file: can't read missing.pem: there is no such file"],
  },
  {
    name: 'a certificate without its key',
    was: '    username:',
    is: '    tls: {cert_file: ca.pem}\n    username:',
    said: ["otelephant.yaml:4:22: receivers::postgresql::tls::cert_file: can't read ca.pem: there is no such file"],
  },
  {
    name: 'a variable that is not set',
    was: password,
    is: reference('env:NOT_SET'),
    said: [
      `otelephant.yaml:5:15: receivers::postgresql::password: the environment variable NOT_SET is not set; set it, or write ${reference('env:NOT_SET:-default')}`,
    ],
  },
  {
    name: 'a file reference that leads nowhere',
    was: password,
    is: reference('file:missing.txt'),
    said: [
      "otelephant.yaml:5:15: receivers::postgresql::password: can't read the file missing.txt: there is no such file",
    ],
  },
  {
    name: 'a receiver that a pipeline names but nobody configured',
    was: '[postgresql]',
    is: '[postgresql/orders]',
    said: [
      'otelephant.yaml:14:19: service::pipelines::metrics::receivers: references receiver "postgresql/orders" which is not configured; did you mean "postgresql"?',
    ],
  },
  {
    name: 'an unknown type of receiver',
    was: '  postgresql:',
    is: '  mysql: {}\n  postgresql:',
    said: ['otelephant.yaml:2:3: receivers::mysql: unknown type "mysql" of receivers; there are postgresql, internal'],
  },
  {
    name: 'an unknown type of exporter',
    was: '  newrelic:',
    is: '  newrelick: {}\n  newrelic:',
    said: [
      'otelephant.yaml:9:3: exporters::newrelick: unknown type "newrelick" of exporters; did you mean "newrelic"?',
    ],
  },
  {
    name: 'a pipeline of another signal',
    was: '    metrics:\n      receivers',
    is: '    traces:\n      receivers',
    said: [
      'otelephant.yaml:13:5: service::pipelines::traces: unknown signal "traces"; a pipeline is metrics or logs, or metrics/name',
    ],
  },
  {
    name: 'a key that stands twice',
    was: '    username:',
    is: '    username: admin\n    username:',
    said: ['otelephant.yaml:5:5: not valid YAML: this key stands in the same map a second time; keep one of them'],
  },
  {
    name: 'an indentation that does not fit',
    was: '    username:',
    is: '   username:',
    said: [
      'otelephant.yaml:4:1: not valid YAML: All mapping items must start at the same column',
      'otelephant.yaml:5:15: not valid YAML: Nested mappings are not allowed in compact mappings',
    ],
  },
  {
    name: 'a bracket that is not closed',
    was: '[postgresql]',
    is: '[postgresql',
    said: [
      'otelephant.yaml:15:7: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    name: 'a tab',
    was: '    username:',
    is: '\tusername:',
    said: ['otelephant.yaml:4:1: not valid YAML: Tabs are not allowed as indentation'],
  },
  {
    name: 'a pipeline of another signal among other faults of the frame and of the components',
    was: good,
    is: good
      .replace('endpoint:', 'endpiont:')
      .replace('service:', 'extras: {}\nservice:')
      .replace(
        '    metrics:\n      receivers: [postgresql]',
        '    traces:\n      reciever: []\n      receivers: [postgres]',
      ),
    said: [
      'otelephant.yaml:3:5: receivers::postgresql::endpiont: unknown key "endpiont"; did you mean "endpoint"?',
      'otelephant.yaml:11:1: extras: unknown key "extras"; known are exporters, receivers, service',
      'otelephant.yaml:14:5: service::pipelines::traces: unknown signal "traces"; a pipeline is metrics or logs, or metrics/name',
      'otelephant.yaml:15:7: service::pipelines::traces::reciever: unknown key "reciever"; did you mean "receivers"?',
      'otelephant.yaml:16:19: service::pipelines::traces::receivers: references receiver "postgres" which is not configured; did you mean "postgresql"?',
    ],
  },
  {
    name: 'a receiver that a pipeline of logs has no use for, among faults of the frame',
    was: good,
    is: good
      .replace('  pipelines:', '  pipeline: {}\n  pipelines:\n    logs: {receivers: [internal], exporters: [newrelic]}')
      .replace('exporters:', '  internal:\nexporters:'),
    said: [
      'otelephant.yaml:13:3: service::pipeline: unknown key "pipeline"; did you mean "pipelines"?',
      'otelephant.yaml:15:24: service::pipelines::logs::receivers: "internal" can\'t be in a pipeline of logs: the collector sends its own telemetry as metrics',
    ],
  },
]

for (const { name, was, is, said } of faults) {
  test(`${name}: says where, what and how to mend it, and exits with 1`, async () => {
    expect(good).toContain(was)
    const cwd = await folderWith({ 'otelephant.yaml': good.replace(was, is), 'other.yaml': 'no: certificate\n' })
    const { code, stdout, stderr } = await run(['validate', '--config', 'otelephant.yaml'], { cwd })
    expect({ code, stdout, stderr: stderr.split('\n') }).toEqual({ code: 1, stdout: '', stderr: [...said, ''] })
  })
}
