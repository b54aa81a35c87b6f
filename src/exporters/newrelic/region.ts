import type { choices } from '../../../generated/newrelic/config.ts'

export type Region = (typeof choices.region)[number]

/** https://docs.newrelic.com/docs/opentelemetry/best-practices/opentelemetry-otlp/ */
export const endpoints = {
  us: 'https://otlp.nr-data.net',
  eu: 'https://otlp.eu01.nr-data.net',
  jp: 'https://otlp.jp.nr-data.net',
  gov: 'https://gov-otlp.nr-data.net',
} as const satisfies Record<Region, string>

/** The region of a license key's account, which the key's first letters name. */
export function regionOf(licenseKey: string): Region {
  if (/^eu/i.test(licenseKey)) return 'eu'
  if (/^jp/i.test(licenseKey)) return 'jp'
  if (/^gov/i.test(licenseKey)) return 'gov'
  return 'us'
}
