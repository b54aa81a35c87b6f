/** The faults of each folder of includes/. */
export const expectedIncludeFaults: Readonly<Record<string, readonly string[]>> = {
  'a-folder': ["metadata.yaml:1:11: include::0: expected a file, but parts can't be read: EISDIR"],
  'a-second-time': [
    'metadata.yaml:1:24: include::1: server.yaml is included a second time; it is included at metadata.yaml:1:11',
  ],
  'entity-in-two-files': ['server.yaml:20:11: entities::0::type: "sample.instance" stands at metadata.yaml:10:11 too'],
  'faults-of-all-files': [
    'locks.yaml:12:11: metrics::sample.locks::unit: expected a unit of UCUM such as s, By or {lock}, found "bytes"',
    'locks.yaml:22:22: entities::1::identity::0::ref: expected a resource attribute, or a value beside the ref, found "server.port"',
    'metadata.yaml:6:17: status::class: expected one of cmd, connector, converter, exporter, extension, pkg, processor, provider, receiver, scraper, found "receptor"',
    'server.yaml:18:21: metrics::sample.server::source::0::points::0::value: expected a column of server, found "upp", which isn\'t defined; did you mean "up"?',
  ],
  'in-a-circle': [
    'locks.yaml:20:5: include::0: server.yaml includes itself: server.yaml:1:11 -> locks.yaml:20:5 -> server.yaml',
  ],
  'instrument-in-two-files': [
    'server.yaml:21:5: telemetry::metrics::sample_queries: "sample_queries" stands at locks.yaml:21:5 too',
  ],
  itself: ['metadata.yaml:1:11: include::0: metadata.yaml includes itself: metadata.yaml:1:11 -> metadata.yaml'],
  'key-of-the-whole': [
    'server.yaml:1:1: type: unknown key "type"; known are attributes, config, entities, events, include, metrics, queries, requirements, resource_attributes, telemetry',
  ],
  'metric-in-two-files': ['server.yaml:8:3: metrics::sample.server: "sample.server" stands at locks.yaml:8:3 too'],
  missing: ['metadata.yaml:1:24: include::1: expected a file, found no locks.yaml'],
  'none-fits': ['metadata.yaml:1:11: include::0: expected files, found none that fits parts/*.yaml'],
  'not-a-list': ['metadata.yaml:1:10: include: expected list, found a text that is not shown'],
  'not-yaml': [
    'server.yaml:19:14: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
  ],
}
