import { basename, join, relative } from 'node:path'
import type { Metadata } from '../src/metadata/model.ts'
import { configView, resourceView } from './config-view.ts'
import { documentationView } from './documentation-view.ts'
import { eventsView } from './events-view.ts'
import { format } from './format.ts'
import { configSchema } from './json-schema.ts'
import { metricsView } from './metrics-view.ts'
import { generatedMark } from './output.ts'
import { queriesView } from './queries-view.ts'
import { render } from './render.ts'
import { telemetryView } from './telemetry-view.ts'

/** The generated files of a metadata file: name to content. */
export async function generate(metadata: Metadata, metadataFile: string, outDir: string): Promise<Map<string, string>> {
  const banner = `${generatedMark}${basename(metadataFile)}. DO NOT EDIT.`
  const src = relative(outDir, join(import.meta.dirname, '..', 'src'))
  const page = <View>(view: View) => ({ banner, src, view })
  const configured = {
    'config.ts': render('config.ts', page(configView(metadata))),
    'config.schema.json': JSON.stringify({ $comment: banner, ...configSchema(metadata) }, undefined, 2),
  }
  const measuring = {
    'events.ts': render('events.ts', page(eventsView(metadata))),
    'metrics.ts': render('metrics.ts', page(metricsView(metadata))),
    'queries.ts': render('queries.ts', page(queriesView(metadata))),
    'resource.ts': render('resource.ts', page(resourceView(metadata))),
  }
  const telemetry = { 'telemetry.ts': render('telemetry.ts', page(telemetryView(metadata))) }
  const code = {
    // What only tells about itself has nothing to configure or to record.
    ...(metadata.metrics.length + Object.keys(metadata.config).length > 0 ? configured : {}),
    ...(metadata.metrics.length > 0 ? measuring : {}),
    ...(metadata.telemetry.metrics.length > 0 ? telemetry : {}),
  }
  const formatted = Object.entries(code).map(async ([name, content]) => [name, await format(name, content)] as const)
  const files = new Map(await Promise.all(formatted))
  return files.set('documentation.md', render('documentation.md', page(documentationView(metadata))))
}
