/** The tags of a statement's comment as attributes: New Relic looks services up by one of them. */
export function commentTags(tags: Readonly<Record<string, string>>): {
  readonly 'db.query.comment_tags': string | undefined
  readonly 'db.query.comment_tags.nr_service_guid': string | undefined
} {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return {
    'db.query.comment_tags': pairs.length === 0 ? undefined : pairs.join(','),
    'db.query.comment_tags.nr_service_guid': tags['nr_service_guid'],
  }
}
