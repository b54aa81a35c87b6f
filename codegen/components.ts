/** Every component that has metadata: its file and the folder of what is generated of it, from the project's root. */
export const components = [
  { metadata: 'metadata.yaml', out: 'generated/postgresql' },
  { metadata: 'src/exporters/otlp/metadata.yaml', out: 'generated/otlp' },
  { metadata: 'src/exporters/newrelic/metadata.yaml', out: 'generated/newrelic' },
  { metadata: 'src/exporters/debug/metadata.yaml', out: 'generated/debug' },
  { metadata: 'src/receivers/internal/metadata.yaml', out: 'generated/internal' },
  { metadata: 'src/scraper/metadata.yaml', out: 'generated/scraper' },
] as const
