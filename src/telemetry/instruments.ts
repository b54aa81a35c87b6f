import {
  type Counter,
  type Gauge,
  type Meter,
  type MetricOptions,
  type Observable,
  ValueType,
} from '@opentelemetry/api'

interface InstrumentInfo {
  readonly kind: 'counter' | 'gauge' | 'observable_counter' | 'observable_gauge'
  readonly valueType: 'int' | 'double'
  readonly unit: string
  readonly description: string
}

/**
 * What the collector says about itself. `otelcol_` names are the Collector's own, with its units and meaning, so that
 * dashboards made for it work; `otelephant_` ones have no counterpart there.
 */
export const instruments = {
  otelcol_scraper_scraped_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that scrapers read.',
  },
  otelcol_scraper_scraped_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that scrapers gave.',
  },
  otelcol_scraper_errored_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that scrapers could not read; at least one for each scrape that failed.',
  },
  otelephant_scraper_scrapes: {
    kind: 'counter',
    valueType: 'int',
    unit: '{scrape}',
    description: 'Scrapes, by how they ended.',
  },
  otelephant_scraper_duration: {
    kind: 'counter',
    valueType: 'double',
    unit: 's',
    description: 'Time that scrapes took, all together.',
  },
  otelephant_scraper_skipped_ticks: {
    kind: 'counter',
    valueType: 'int',
    unit: '{tick}',
    description: 'Ticks that passed while the scraper was still busy.',
  },
  otelephant_scraper_last_success: {
    kind: 'gauge',
    valueType: 'double',
    unit: 's',
    description: 'When a scrape last ended with nothing missing: seconds since the Unix epoch.',
  },
  otelcol_receiver_accepted_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that the pipeline took from the receiver.',
  },
  otelcol_receiver_accepted_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that the pipeline took from the receiver.',
  },
  otelcol_receiver_refused_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that the pipeline could not take from the receiver.',
  },
  otelcol_receiver_refused_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that the pipeline could not take from the receiver: they are lost.',
  },
  otelcol_exporter_sent_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that the destination accepted.',
  },
  otelcol_exporter_sent_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that the destination accepted.',
  },
  otelcol_exporter_send_failed_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that could not be sent for good.',
  },
  otelcol_exporter_send_failed_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that could not be sent for good.',
  },
  otelcol_exporter_enqueue_failed_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that the queue could not take.',
  },
  otelcol_exporter_enqueue_failed_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that the queue could not take.',
  },
  otelephant_exporter_dropped_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that were lost, by reason.',
  },
  otelephant_exporter_dropped_log_records: {
    kind: 'counter',
    valueType: 'int',
    unit: '{record}',
    description: 'Log records that were lost, by reason.',
  },
  otelephant_exporter_absorbed_metric_points: {
    kind: 'counter',
    valueType: 'int',
    unit: '{datapoint}',
    description: 'Metric points that held nothing to send, by reason.',
  },
  otelephant_exporter_requests: {
    kind: 'counter',
    valueType: 'int',
    unit: '{request}',
    description: 'Requests that were sent, by status.',
  },
  otelephant_exporter_request_duration: {
    kind: 'counter',
    valueType: 'double',
    unit: 's',
    description: 'Time that requests took, all together.',
  },
  otelephant_exporter_request_bytes: {
    kind: 'counter',
    valueType: 'int',
    unit: 'By',
    description: 'Size of the requests, serialized and as compressed for the wire.',
  },
  otelephant_exporter_retries: {
    kind: 'counter',
    valueType: 'int',
    unit: '{request}',
    description: 'Requests that were put off to be sent again.',
  },
  otelcol_exporter_queue_size: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: '{batch}',
    description: 'Requests that wait in the queue.',
  },
  otelephant_exporter_queue_bytes: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: 'By',
    description: 'Size of the requests that wait in the queue.',
  },
  otelephant_exporter_queue_oldest_age: {
    kind: 'observable_gauge',
    valueType: 'double',
    unit: 's',
    description: 'How long the oldest request has waited in the queue; not there while none waits.',
  },
  otelcol_exporter_in_flight_requests: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: '{request}',
    description: 'Requests that are being sent.',
  },
  otelephant_exporter_breaker_state: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: '1',
    description: 'The circuit to the endpoint: 0 closed, 1 half open (one request tries it), 2 open (none goes).',
  },
  otelcol_process_uptime: {
    kind: 'observable_counter',
    valueType: 'double',
    unit: 's',
    description: 'Uptime of the process.',
  },
  otelcol_process_cpu_seconds: {
    kind: 'observable_counter',
    valueType: 'double',
    unit: 's',
    description: 'User and system CPU time of the process.',
  },
  otelcol_process_memory_rss: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: 'By',
    description: 'Physical memory of the process (resident set size).',
  },
  otelcol_process_runtime_heap_alloc_bytes: {
    kind: 'observable_gauge',
    valueType: 'int',
    unit: 'By',
    description: 'Allocated objects on the JavaScript heap.',
  },
} as const satisfies Record<string, InstrumentInfo>

type Names<Kind extends InstrumentInfo['kind']> = {
  [Name in keyof typeof instruments]: (typeof instruments)[Name]['kind'] extends Kind ? Name : never
}[keyof typeof instruments]

export function counter(meter: Meter, name: Names<'counter'>): Counter {
  return meter.createCounter(name, options(instruments[name]))
}

export function gauge(meter: Meter, name: Names<'gauge'>): Gauge {
  return meter.createGauge(name, options(instruments[name]))
}

export function observableCounter(meter: Meter, name: Names<'observable_counter'>): Observable {
  return meter.createObservableCounter(name, options(instruments[name]))
}

export function observableGauge(meter: Meter, name: Names<'observable_gauge'>): Observable {
  return meter.createObservableGauge(name, options(instruments[name]))
}

function options({ unit, description, valueType }: InstrumentInfo): MetricOptions {
  return { unit, description, valueType: valueType === 'int' ? ValueType.INT : ValueType.DOUBLE }
}
