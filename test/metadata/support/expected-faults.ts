/** Every fixture has one fault; what is wrong is said once, and where. */
export const expectedFaults: Readonly<Record<string, string>> = {
  'attribute-emitted-twice-in-event':
    '161:25: events::db.server.query_sample::attributes::1: "pages" is taken by the attribute pages',
  'attribute-enum-of-numbers': '19:55: attributes::pages::enum: expected a type of string for an enum, found int',
  'attribute-name-malformed':
    '15:3: attributes::Pages: expected a name of small letters, digits and underscores, in parts joined by dots, found "Pages"',
  'attribute-name-taken-by-entity':
    '113:25: metrics::postgresql.size::attributes::1: "db.namespace" is taken by the attribute db.namespace of the entity',
  'attribute-name-taken-by-part':
    '114:25: metrics::postgresql.size::attributes::1: "relation" is taken by the part of the entity',
  'attribute-twice-in-event':
    '160:32: events::db.server.query_sample::attributes::1: "db.namespace" is taken by the attribute db.namespace',
  'attribute-twice-in-metric':
    '113:25: metrics::postgresql.size::attributes::1: "pages" is taken by the attribute pages',
  'attribute-undefined-in-entity':
    '31:15: entities::1::identity::1::ref: expected an attribute, found "db.namespaces", which isn\'t defined; did you mean "db.namespace"?',
  'attribute-undefined-in-event':
    '160:18: events::db.server.query_sample::attributes::0: expected an attribute, found "db.namespaces", which isn\'t defined; did you mean "db.namespace"?',
  'attribute-undefined-in-metric':
    '86:29: metrics::postgresql.locks::attributes::1: expected an attribute, found "lock_mod", which isn\'t defined; did you mean "lock_mode"?',
  'attribute-undefined-in-telemetry':
    '169:20: telemetry::metrics::sample_queries::attributes::0: expected an attribute, found "error.types", which isn\'t defined; did you mean "error.type"?',
  'attribute-unused': '18:3: attributes::old_pages: is used by no metric, event or entity',
  'attribute-with-enabled':
    '20:66: attributes::postgresql.table.name::enabled: unknown key "enabled"; known are description, enum, name_override, requirement_level, semantic_convention, type',
  'attribute-without-description':
    '17:3: attributes::lock_mode::description: is required (expected string): what it says',
  'attribute-without-type':
    '20:3: attributes::postgresql.table.name::type: is required (expected one of string, int, double, bool, bytes, slice, map): the type of its value',
  'bad-class':
    '6:10: status::class: expected one of cmd, connector, converter, exporter, extension, pkg, processor, provider, receiver, scraper, found "reciever"',
  'bad-metric-stability':
    '94:16: metrics::postgresql.operations::stability: expected one of development, alpha, beta, stable, deprecated, found "experimental"',
  'bad-signal':
    '8:19: status::stability::development::0: expected one of metrics, logs, traces, profiles, one to another such as logs_to_metrics, extension, converter, provider, found "metric"',
  'bad-status-stability':
    '8:5: status::stability::developement: unknown key "developement"; did you mean "development"?',
  'bad-type': '1:7: type: expected small letters, digits and underscores, found "Sample-1"',
  'column-computed-of-unknown':
    '69:27: queries::table::columns::schema::computed::0: expected a column of table, found "oids", which isn\'t defined; did you mean "oid"?',
  'column-computed-without-top': '49:15: queries::locks::columns::locks::computed: expected only in a query with top',
  'column-implicit': '48:7: queries::locks::columns::database: is there without being named: the scope is database',
  'column-name-malformed':
    '55:7: queries::server::columns::Up: expected a name of small letters, digits and underscores, found "Up"',
  'column-type-unknown':
    '55:28: queries::server::columns::up::type: expected one of int, double, string, bool, timestamp, found "integer"',
  'column-unused': '50:7: queries::locks::columns::granted: is read by no metric, identity or group_by',
  'column-with-sql-and-computed': '69:15: queries::table::columns::schema: expected exactly one of sql and computed',
  'column-without-sql': '69:15: queries::table::columns::schema: expected exactly one of sql and computed',
  'config-name-derived': '10:3: config::metrics: is derived from the other sections and needs no entry here',
  'config-type-unknown':
    '10:20: config::endpoint::type: expected one of string, number, integer, boolean, object, array, found "text"',
  'counter-of-largest-duplicate':
    '154:21: metrics::postgresql.wal.delay::source::0::points::0::value: expected a gauge: lag keeps the largest of duplicates, which can fall',
  'duplicate-key': '13:3: not valid YAML: this key stands in the same map a second time; keep one of them',
  'entity-description-undefined':
    '25:25: entities::0::description::0::ref: expected an attribute, found "server.ports", which isn\'t defined',
  'entity-identity-twice': '24:45: entities::0::identity::1::ref: "server.address" stands here twice',
  'entity-ref-of-number': '31:15: entities::1::identity::1::ref: expected an attribute of type string, found int',
  'entity-ref-without-value':
    '31:15: entities::1::identity::1::ref: expected a resource attribute, or a value beside the ref, found "postgresql.table.name"',
  'entity-relationship-unknown':
    '28:45: entities::1::relationships::0::target: expected an entity, found "postgresql.instances", which isn\'t defined; did you mean "postgresql.instance"?',
  'entity-twice': '25:11: entities::1::type: "postgresql.instance" stands here twice',
  'entity-type-malformed':
    '22:11: entities::0::type: expected a name of small letters, digits and underscores, in parts joined by dots, found "postgresql.Instance"',
  'entity-value-malformed':
    '31:45: entities::1::identity::1::value: expected parts such as {database}, found "{schema}.{relation}{"',
  'entity-vocabulary-unknown':
    '31:80: entities::1::identity::1::vocabulary: expected one of semconv, legacy, found "old"',
  'entity-without-brief': '25:5: entities::1::brief: is required (expected string): what it is',
  'entity-without-identity': '24:15: entities::0::identity: expected at least 1 entries, found a list of 0',
  'entity-without-type': '32:5: entities::2::type: is required (expected string): its name',
  'enum-value-twice': '18:75: attributes::operation::enum::2: "ins" stands here twice',
  'event-entity-of-parts':
    '159:13: events::db.server.query_sample::entity: expected an entity that the resource tells apart, found postgresql.table, which is made of database, relation, schema',
  'event-entity-undefined':
    '159:13: events::db.server.query_sample::entity: expected an entity, found "postgresql.instanze", which isn\'t defined; did you mean "postgresql.instance"?',
  'event-identifier-twice':
    '161:3: events::db.server.query_sample_: becomes DbServerQuerySample in code, and so does "db.server.query_sample"',
  'event-name-malformed':
    '156:3: events::db.server.query-sample: expected a name of small letters, digits and underscores, in parts joined by dots, found "db.server.query-sample"',
  'event-name-of-metric': '156:3: events::postgresql.size: is the name of a metric too',
  'event-stability-unknown':
    '158:16: events::db.server.query_sample::stability: expected one of development, alpha, beta, stable, deprecated, found "experimental"',
  'event-unknown-key':
    '161:5: events::db.server.query_sample::unit: unknown key "unit"; known are attributes, description, enabled, entity, extended_documentation, stability, warnings',
  'event-warning-unknown':
    '161:16: events::db.server.query_sample::warnings::if_on: unknown key "if_on"; known are if_configured, if_enabled, if_enabled_not_set',
  'event-without-description':
    '156:3: events::db.server.query_sample::description: is required (expected string): what happened',
  'event-without-enabled':
    '156:3: events::db.server.query_sample::enabled: is required (expected boolean): whether it is on unless the configuration says otherwise',
  'event-without-entity': '156:3: events::db.server.query_sample::entity: is required (expected string)',
  'extension-columns-without-extension':
    '71:99: queries::table::columns::updated::requires::columns: names columns of an extension, but no extension is required',
  'extension-not-required':
    '56:20: queries::server::columns::calls::sql: expected the query to require the extension of @extschema:pg_stat_statement@; add requires: {extension: {pg_stat_statement: ...}}',
  'identity-of-computed-column':
    '62:16: queries::table::identity::0: expected a column that is asked for, found oid, which is computed',
  'metric-columns-without-extension':
    '146:16: metrics::postgresql.wal.delay::requires::columns: names columns of an extension, but no extension is required',
  'metric-entity-undefined':
    '112:13: metrics::postgresql.size::entity: expected an entity, found "postgresql.tables", which isn\'t defined; did you mean "postgresql.table"?',
  'metric-identifier-twice':
    '86:3: metrics::postgresql.loc_ks: becomes PostgresqlLocKs in code, and so does "postgresql.loc.ks"',
  'metric-key-renamed': '111:5: metrics::postgresql.size::fold: unknown key "fold"; it is others now',
  'metric-name-malformed':
    '142:3: metrics::postgresql.wal-delay: expected a name of small letters, digits and underscores, in parts joined by dots, found "postgresql.wal-delay"',
  'metric-others-of-counter':
    '96:5: metrics::postgresql.operations::others: expected only for a gauge or up-down sum: increases of counters are always added',
  'metric-others-without-top': '83:5: metrics::postgresql.locks::others: expected only for a query with top',
  'metric-sum-without-monotonic':
    '124:5: metrics::postgresql.statements::sum::monotonic: is required (expected boolean): whether it never falls but when it is zeroed',
  'metric-temporality-delta':
    '124:70: metrics::postgresql.statements::sum::aggregation_temporality: expected cumulative, found "delta"',
  'metric-unit-invalid':
    '110:11: metrics::postgresql.size::unit: expected a unit of UCUM such as s, By or {lock}, found "bytes/s"',
  'metric-value-type-unknown':
    '147:25: metrics::postgresql.wal.delay::gauge::value_type: expected one of int, double, found "float"',
  'metric-with-sum-and-gauge':
    '143:5: metrics::postgresql.wal.delay: expected exactly one of sum, gauge and histogram, found 2',
  'metric-without-description':
    '106:3: metrics::postgresql.size::description: is required (expected string): what it measures',
  'metric-without-enabled':
    '79:3: metrics::postgresql.locks::enabled: is required (expected boolean): whether it is on unless the configuration says otherwise',
  'metric-without-entity': '106:3: metrics::postgresql.size::entity: is required (expected string)',
  'metric-without-sum-or-gauge':
    '143:5: metrics::postgresql.wal.delay: expected exactly one of sum, gauge and histogram, found none',
  'metric-without-unit': '106:3: metrics::postgresql.size::unit: is required (expected string): a unit of UCUM',
  'missing-status': '1:1: status: is required (expected map): what it is and how settled',
  'missing-type': "1:1: type: is required (expected string): the component's kind in a configuration",
  'not-yaml': "170:1: not valid YAML: Missing closing 'quote",
  'parameter-unknown':
    '77:16: queries::table::variants::1::where: expected no parameter but $databases, found $database',
  'point-when-of-another-type':
    '118:61: metrics::postgresql.size::source::0::points::0::when: expected a column of type bool, found updated, which is int',
  'point-when-without-top':
    '92:28: metrics::postgresql.locks::source::0::points::0::when: expected only where the query has top',
  'query-attribute-column-of-another-type':
    '47:29: queries::locks::attributes::lock_mode: expected a column of type string, found locks, which is int',
  'query-attribute-unlisted':
    '47:18: queries::locks::attributes::operation: expected an attribute of a metric that the query feeds',
  'query-duplicates-without-identity':
    '33:3: queries::lag: expected identity: with on_duplicate the query gives several rows, which nothing tells apart',
  'query-entity-column-unknown':
    '63:40: queries::table::entity::relation: expected a column of table, found "relations", which isn\'t defined; did you mean "relation"?',
  'query-entity-part-implicit':
    '63:50: queries::table::entity::database: needs no column: table runs in every database',
  'query-entity-part-unknown':
    '63:50: queries::table::entity::index: expected a part of the entity of a metric that the query feeds',
  'query-group-by-column-unknown':
    '46:22: queries::locks::group_by::1: expected a column of locks, found "modus", which isn\'t defined; did you mean "mode"?',
  'query-identity-column-unknown':
    '62:21: queries::table::identity::1: expected a column of table, found "iod", which isn\'t defined; did you mean "oid"?',
  'query-interval-malformed':
    '60:22: queries::table::read::interval: expected a duration such as 30s, 5m or 1h30m, found "5 minutes"',
  'query-interval-zero': '60:22: queries::table::read::interval: expected a duration above zero',
  'query-key-renamed-counters':
    '64:5: queries::table::inherits_counters: unknown key "inherits_counters"; it is counters: {inherits} now',
  'query-key-renamed-read':
    '60:5: queries::table::takes_locks: unknown key "takes_locks"; it is read: {takes_locks} now',
  'query-key-renamed-top': '63:5: queries::table::fold: unknown key "fold"; it is top now',
  'query-name-malformed':
    '42:3: queries::lo.cks: expected a name of small letters, digits and underscores, found "lo.cks"',
  'query-read-by-code-column-unknown':
    '63:20: queries::table::read_by_code::0: expected a column of table, found "oids", which isn\'t defined; did you mean "oid"?',
  'query-reset-without-exact':
    '65:7: queries::table::counters::reset::exact: is required (expected boolean): whether it moves when the counters are zeroed, and only then, and is read in one snapshot with them',
  'query-scope-unknown': '44:12: queries::locks::scope: expected one of server, database, found "cluster"',
  'query-slice-key-malformed':
    '60:60: queries::table::read::slice::key: expected a column with the alias of its relation, such as c.oid, found "c.oid::int8"',
  'query-slice-key-of-another': '60:60: queries::table::read::slice::key: expected a column of c, found n.oid',
  'query-slice-of-join':
    '60:40: queries::table::read::slice::from: expected one relation and its alias, such as pg_class AS c; what is looked up for its rows is the query\'s from, found "pg_class AS c JOIN pg_index AS i ON true"',
  'query-slice-of-text':
    '60:33: queries::table::read::slice: expected {from, where, key}, such as {from: pg_class AS c, key: c.oid}, found a text that is not shown',
  'query-slice-parameter-unknown':
    '60:62: queries::table::read::slice::where: expected no parameter but $databases, found $after',
  'query-slice-read-again':
    '61:11: queries::table::from: expected only what is looked up for a row of c, which the slice reads; found pg_class AS c again',
  'query-slice-unrelated':
    '61:11: queries::table::from: expected a condition on c, here or in where: each row of the slice would be joined with all of it',
  'query-slice-with-group-by':
    '47:12: queries::locks::read::slice: expected either slice or group_by: a group may lie in several slices',
  'query-slice-without-alias':
    '60:40: queries::table::read::slice::from: expected one relation and its alias, such as pg_class AS c; what is looked up for its rows is the query\'s from, found "pg_class"',
  'query-top-by-column-of-another-type':
    '63:35: queries::table::top::by::1: expected a column of type int or double, found schema, which is string',
  'query-top-by-column-unknown':
    '63:25: queries::table::top::by::0: expected a column of table, found "insert", which isn\'t defined; did you mean "inserted"?',
  'query-top-by-computed-column':
    '63:35: queries::table::top::by::1: expected a column that is asked for, found share, which is computed',
  'query-top-of-no-rows': '63:17: queries::table::top::rows: expected at least 1, found 0',
  'query-top-others-column-of-another-type':
    '63:45: queries::table::top::others::0: expected a column of type string, found updated, which is int',
  'query-top-with-duplicates':
    '38:5: queries::lag::on_duplicate: expected either top or on_duplicate: rows of one identity are added up',
  'query-top-without-by': '63:5: queries::table::top::by: is required (expected list): the columns that rank them',
  'query-top-without-identity':
    '33:3: queries::lag: expected identity: with top the query gives several rows, which nothing tells apart',
  'query-unused': '42:3: queries::lock: feeds no metric',
  'requirements-malformed':
    '33:21: requirements::monitor::server: expected a range of versions such as >=16 or >=14 <17, found "14+"',
  'requirements-name-malformed':
    '33:3: requirements::pg-monitor: expected a name of small letters, digits and underscores, found "pg-monitor"',
  'requirements-unused': '33:3: requirements::monitor: is required by nothing',
  'requires-extension-range-malformed':
    '53:48: queries::server::requires::extension::pg_stat_statements: expected a range of versions such as >=16 or >=14 <17, found "1.8"',
  'requires-name-unknown':
    '73:88: queries::table::columns::updated::requires::1: expected a name of requirements, found "monitors", which isn\'t defined; did you mean "monitor"?',
  'requires-names-that-collide':
    '74:84: queries::table::columns::updated::requires::1: says server, and so does a name before; expected one that says both',
  'requires-of-another-kind':
    '71:78: queries::table::columns::updated::requires: expected string or list or map, found 14',
  'requires-privilege-of-no-kind':
    '71:110: queries::table::columns::updated::requires::privilege: expected exactly one of role, function, table',
  'requires-range-empty':
    '71:87: queries::table::columns::updated::requires::server: no version fits the range ">=19 <14"',
  'requires-range-malformed':
    '71:87: queries::table::columns::updated::requires::server: expected a range of versions such as >=16 or >=14 <17, found "14+"',
  'requires-role-unknown':
    '76:26: queries::table::variants::1::requires::role: expected one of primary, standby, found "replica"',
  'requires-two-extensions': '53:27: queries::server::requires::extension: expected exactly one extension, found 2',
  'requires-unknown-key':
    '73:20: queries::table::variants::0::requires::roles: unknown key "roles"; did you mean "role"?',
  'resource-attribute-without-description':
    '13:3: resource_attributes::server.port::description: is required (expected string): what it says',
  'resource-attribute-without-enabled':
    '13:3: resource_attributes::server.port::enabled: is required (expected boolean): whether it is sent unless the configuration says otherwise',
  'resource-attribute-without-type':
    '13:3: resource_attributes::server.port::type: is required (expected one of string, int, double, bool, bytes, slice, map): the type of its value',
  'source-attribute-column-of-another-type':
    '152:36: metrics::postgresql.wal.delay::source::0::attributes::db.namespace: expected a column of type string, found seconds, which is double',
  'source-attribute-column-unknown':
    '152:36: metrics::postgresql.wal.delay::source::0::attributes::db.namespace: expected a column of lag, found "clients", which isn\'t defined; did you mean "client"?',
  'source-attribute-missing':
    '105:13: metrics::postgresql.operations::source::0::points::1: expected a constant or a column for the attribute "operation", found neither',
  'source-attribute-twice':
    '91:41: metrics::postgresql.locks::source::0::points::0::attributes::lock_mode: is given twice: by this constant and by a column',
  'source-attribute-unlisted':
    '89:39: metrics::postgresql.locks::source::0::attributes::operation: expected an attribute of postgresql.locks (lock_mode), found operation',
  'source-constant-not-in-enum':
    '105:54: metrics::postgresql.operations::source::0::points::1::attributes::operation: expected one of ins, upd, found "del"',
  'source-constant-of-another-type':
    '118:51: metrics::postgresql.size::source::0::points::0::attributes::pages: expected a value of type int, found "three"',
  'source-constant-unlisted':
    '91:41: metrics::postgresql.locks::source::0::points::0::attributes::pages: expected an attribute of postgresql.locks (lock_mode), found pages',
  'source-double-for-int':
    '104:21: metrics::postgresql.operations::source::0::points::0::value: expected a column of type int, found inserted, which is double',
  'source-entity-column-of-another-type':
    '117:44: metrics::postgresql.size::source::0::entity::relation: expected a column of type string or int, found flag, which is bool',
  'source-entity-column-unknown':
    '116:44: metrics::postgresql.size::source::0::entity::relation: expected a column of table, found "relations", which isn\'t defined; did you mean "relation"?',
  'source-entity-part-implicit':
    '116:54: metrics::postgresql.size::source::0::entity::database: needs no column: table runs in every database',
  'source-entity-part-missing':
    '116:9: metrics::postgresql.size::source::0::entity::relation: expected a column for the part {relation} of postgresql.table, found none',
  'source-entity-part-unknown':
    '152:18: metrics::postgresql.wal.delay::source::0::entity::database: expected a part of postgresql.instance (it has none), found database',
  'source-points-equal':
    '106:13: metrics::postgresql.operations::source::0::points::2: is the same series as a point before: its constants are equal',
  'source-query-undefined':
    '155:16: metrics::postgresql.wal.delay::source::1::query: expected a query, found "lagg", which isn\'t defined; did you mean "lag"?',
  'source-timestamp-for-double':
    '154:21: metrics::postgresql.wal.delay::source::0::points::0::value: expected a column of type int or double, found seconds, which is timestamp',
  'source-unreachable-fraction':
    '141:38: metrics::postgresql.up::source::0::points::0::unreachable: expected an integer, found 0.5',
  'source-unreachable-of-many-rows':
    '154:30: metrics::postgresql.wal.delay::source::0::points::0::unreachable: expected only in a query of one row per server: without an answer, nobody knows the rows of lag',
  'source-value-column-unknown':
    '119:21: metrics::postgresql.size::source::0::points::1::value: expected a column of table, found "old_pages", which isn\'t defined; did you mean "newpages"?',
  'source-without-points':
    '92:63: metrics::postgresql.locks::source::1::points: expected at least 1 entries, found a list of 0',
  'telemetry-metric-unit-invalid':
    '167:13: telemetry::metrics::sample_queries::unit: expected a unit of UCUM such as s, By or {lock}, found "queries"',
  'unknown-key': '60:12: queries::table::read::intervall: unknown key "intervall"; did you mean "interval"?',
  'unknown-top-level-key': '5:1: metric: unknown key "metric"; did you mean "metrics"?',
  'variant-column-of-another-type':
    '76:45: queries::table::variants::0::columns::updated::type: expected int as elsewhere in table, found double',
  'variant-column-unused':
    '76:11: queries::table::variants::0::columns::tuples: is read by no metric, identity or group_by',
  'variant-key-renamed':
    '77:9: queries::table::variants::1::falls_when_reset: unknown key "falls_when_reset"; it is counters: {falls_when_reset} now',
  'warning-unknown':
    '83:16: metrics::postgresql.locks::warnings::if_on: unknown key "if_on"; known are if_configured, if_enabled, if_enabled_not_set',
}
