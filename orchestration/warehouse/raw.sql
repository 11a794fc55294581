-- The tables of build/raw.duckdb: one per Atlas entity, current rows, Atlas's own field names.
-- Underscored columns are ours. Timestamps are UTC. _document is the object as Atlas sent it.
create table if not exists organizations (
    id varchar, name varchar, isDeleted boolean,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists projects (
    id varchar, name varchar, orgId varchar, created timestamp, clusterCount bigint, tags json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists clusters (
    id varchar, name varchar, groupId varchar, clusterType varchar, stateName varchar, paused boolean,
    createDate timestamp, mongoDBVersion varchar, backupEnabled boolean, pitEnabled boolean,
    terminationProtectionEnabled boolean, diskSizeGB double, replicationSpecs json, tags json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists flex_clusters (
    id varchar, name varchar, groupId varchar, clusterType varchar, stateName varchar,
    createDate timestamp, mongoDBVersion varchar, terminationProtectionEnabled boolean,
    providerSettings json, backupSettings json, tags json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists skus (
    id varchar, description varchar,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Every cluster and flex cluster ever listed, by id: what a bill's cluster name meant on a day
-- outlives the cluster. _gone_at is null while Atlas lists it.
create table if not exists clusters_seen (
    id varchar, name varchar, groupId varchar, kind varchar, createDate timestamp,
    _document json, _connection varchar, _first_seen_at timestamp, _gone_at timestamp
);
-- Whether the key could read a project's clusters the last time they were asked for.
create table if not exists project_access (
    groupId varchar, entity varchar, is_readable boolean, error varchar, _connection varchar
);
-- _is_nested: read out of a paying organization's linkedInvoices. _version: hash of the invoice's
-- own header and lines. _line_items: lines counted when the document was cut, before any loading.
create table if not exists invoices (
    id varchar, orgId varchar, statusName varchar, created timestamp, updated timestamp,
    startDate timestamp, endDate timestamp, amountBilledCents bigint, amountPaidCents bigint,
    creditsCents bigint, salesTaxCents bigint, startingBalanceCents bigint, subtotalCents bigint,
    payments json, refunds json,
    _is_nested boolean, _version varchar, _versions_seen integer, _first_seen_at timestamp,
    _last_changed_at timestamp, _line_items bigint,
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- _line_item_id: hash of the invoice and every field but tags and note (Atlas restates those),
-- then the occurrence among equals; equal lines are both real.
create table if not exists invoice_line_items (
    _line_item_id varchar, _invoice_id varchar, cloudProvider varchar, clusterName varchar,
    created timestamp, discountCents bigint, endDate timestamp, groupId varchar, groupName varchar,
    note varchar, percentDiscount decimal(18, 9), quantity decimal(38, 18), sku varchar,
    startDate timestamp, stitchAppName varchar, tags map(varchar, varchar[]),
    tierLowerBound decimal(38, 18), tierUpperBound decimal(38, 18), totalPriceCents bigint,
    unit varchar, unitPriceDollars decimal(38, 18),
    _tags_first_seen map(varchar, varchar[]),
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- The tags first seen with lines that have since left their invoice, should they come back.
create table if not exists retired_line_item_tags (_line_item_id varchar, tags map(varchar, varchar[]));
-- How far each connection's landing journal has been applied.
-- beginning tells whether it is still the same journal.
create table if not exists journal_positions (
    _connection varchar, applied bigint, beginning varchar
);
-- When all costs of a connection were last read.
create table if not exists extractions (_connection varchar, succeeded_at timestamp);
