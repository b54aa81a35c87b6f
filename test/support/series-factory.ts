import { SeriesFactory, type SeriesFactorySettings } from '../../src/pdata/series-factory.ts'

/** A factory of series, of a server and a resource that no test looks at unless it says so. */
export function factoryOf(settings: Partial<SeriesFactorySettings> = {}): SeriesFactory {
  return new SeriesFactory({
    endpoint: 'db.example.com:5432',
    resource: { attributes: {} },
    scope: { name: 'test', version: '1' },
    vocabulary: 'both',
    ...settings,
  })
}
