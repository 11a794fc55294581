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
create table if not exists serverless_instances (
    id varchar, name varchar, groupId varchar, stateName varchar, createDate timestamp,
    mongoDBVersion varchar, terminationProtectionEnabled boolean, providerSettings json,
    serverlessBackupOptions json, tags json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- _scope: project/cluster, because the documents do not name their cluster.
create table if not exists search_deployments (
    id varchar, groupId varchar, stateName varchar, specs json, effectiveSpecs json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists data_federation (
    name varchar, groupId varchar, state varchar, cloudProviderConfig json, dataProcessRegion json,
    storage json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Atlas calls the id of these three _id.
create table if not exists stream_workspaces (
    id varchar, name varchar, groupId varchar, dataProcessRegion json, streamConfig json,
    connections json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- _scope: project/workspace
create table if not exists stream_processors (
    id varchar, name varchar, state varchar, tier varchar, options json, stats json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists online_archives (
    id varchar, groupId varchar, clusterName varchar, dbName varchar, collName varchar,
    collectionType varchar, state varchar, paused boolean, criteria json, schedule json,
    dataExpirationRule json, dataProcessRegion json,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Replica sets', sharded and flex clusters' snapshots in one; _scope: project/cluster
create table if not exists backup_snapshots (
    id varchar, type varchar, snapshotType varchar, frequencyType varchar, status varchar,
    description varchar, cloudProvider varchar, createdAt timestamp, expiresAt timestamp,
    storageSizeBytes bigint, replicaSetName varchar, mongodVersion varchar, members json,
    snapshotIds json, copyRegions json,
    scheduledTime timestamp, startTime timestamp, finishTime timestamp, expiration timestamp,
    mongoDBVersion varchar,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Dedicated clusters' jobs have no status, flex clusters' have; _scope: project/cluster. The
-- addresses to download from are secrets and are left out before landing.
create table if not exists restore_jobs (
    id varchar, snapshotId varchar, deliveryType varchar, targetClusterName varchar,
    targetGroupId varchar, timestamp timestamp, finishedAt timestamp, expiresAt timestamp,
    cancelled boolean, failed boolean, expired boolean, desiredTimestamp json,
    pointInTimeUTCSeconds bigint, oplogTs bigint, oplogInc bigint,
    status varchar, instanceName varchar, projectId varchar, targetDeploymentItemName varchar,
    targetProjectId varchar, restoreScheduledDate timestamp, restoreFinishedDate timestamp,
    snapshotFinishedDate timestamp, expirationDate timestamp,
    _document json, _scope varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Tags of projects and clusters as listed now, one row per resource, key and value.
create or replace view resource_tags as
select 'project' as resourceType, id as resourceId, id as groupId, name as resourceName,
    tag ->> '$.key' as key, tag ->> '$.value' as value, _connection, _landing_file, _landed_at
from (select *, unnest(from_json(tags, '["json"]')) as tag from projects)
union all by name
select 'cluster' as resourceType, id as resourceId, groupId, name as resourceName,
    tag ->> '$.key' as key, tag ->> '$.value' as value, _connection, _landing_file, _landed_at
from (select *, unnest(from_json(tags, '["json"]')) as tag from clusters)
union all by name
select 'flex_cluster' as resourceType, id as resourceId, groupId, name as resourceName,
    tag ->> '$.key' as key, tag ->> '$.value' as value, _connection, _landing_file, _landed_at
from (select *, unnest(from_json(tags, '["json"]')) as tag from flex_clusters)
union all by name
select 'serverless_instance' as resourceType, id as resourceId, groupId, name as resourceName,
    tag ->> '$.key' as key, tag ->> '$.value' as value, _connection, _landing_file, _landed_at
from (select *, unnest(from_json(tags, '["json"]')) as tag from serverless_instances);
-- The inventory as it was: one row per object and the time its document stayed the same. _valid_to
-- is null while Atlas lists it so; two rows of an object leave a gap while it was not listed.
-- id: Atlas's id, else scope/name.
create table if not exists inventory_history (
    entity varchar, id varchar, name varchar, _document json, _scope varchar, _connection varchar,
    _valid_from timestamp, _valid_to timestamp
);
-- Every cluster, flex cluster and serverless instance ever listed, by id: what a bill's cluster
-- name meant on a day outlives the cluster. _gone_at is null while Atlas lists it.
create or replace view clusters_seen as
with kinds as (
    select *, (_valid_to is null, _valid_from) as recency,
        case entity when 'clusters' then 'cluster' when 'flex_clusters' then 'flex_cluster'
            else 'serverless_instance' end as kind
    from inventory_history
    where entity in ('clusters', 'flex_clusters', 'serverless_instances')
)
select id, arg_max(name, recency) as name, arg_max(_scope, recency) as groupId,
    arg_max(kind, recency) as kind,
    try_cast(arg_max(_document, recency) ->> '$.createDate' as timestamptz) at time zone 'UTC'
        as createDate,
    arg_max(_document, recency) as _document, _connection,
    min(_valid_from) as _first_seen_at,
    case when bool_or(_valid_to is null) then null else max(_valid_to) end as _gone_at
from kinds
group by id, _connection;
-- Whether the key could read a project's clusters the last time they were asked for.
create table if not exists project_access (
    groupId varchar, entity varchar, is_readable boolean, error varchar, _connection varchar
);
-- _is_nested: read out of a paying organization's linkedInvoices. _version: hash of the invoice's
-- own header and lines. _history: hash of this version and all that counted before it, with when and
-- by which connection: what stands here is noted further only while the journals still tell of it
-- so. _line_items, _cents: lines and their cents counted when the document was
-- cut, before any loading. _load: another one each time the invoice was loaded, so that whoever
-- read it can tell whether it is still what he read.
create table if not exists invoices (
    id varchar, orgId varchar, statusName varchar, created timestamp, updated timestamp,
    startDate timestamp, endDate timestamp, amountBilledCents bigint, amountPaidCents bigint,
    creditsCents bigint, salesTaxCents bigint, startingBalanceCents bigint, subtotalCents bigint,
    payments json, refunds json,
    _is_nested boolean, _version varchar, _history varchar, _versions_seen integer, _first_seen_at timestamp,
    _last_changed_at timestamp, _line_items bigint, _cents bigint, _load varchar,
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- The tags first seen with lines that have since left their invoice, should they come back.
create table if not exists retired_line_item_tags (
    _invoice_id varchar, _line_item_id varchar, tags map(varchar, varchar[])
);
-- Payments and refunds as an invoice's newest version has them.
create table if not exists invoice_payments (
    _invoice_id varchar, id varchar, statusName varchar, currency varchar, unitPrice decimal(38, 18),
    amountBilledCents bigint, amountPaidCents bigint, salesTaxCents bigint, subtotalCents bigint,
    created timestamp, updated timestamp, _document json,
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
create table if not exists invoice_refunds (
    _invoice_id varchar, paymentId varchar, amountCents bigint, reason varchar, created timestamp,
    _document json, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- What a later version of an invoice says of a usage day that the version before already had:
-- cents by day, SKU and owner. A pending invoice that merely grows and new tags are no change.
create table if not exists invoice_changes (
    _invoice_id varchar, _changed_at timestamp, usageDate date, sku varchar, groupId varchar,
    groupName varchar, clusterName varchar, stitchAppName varchar, beforeCents bigint,
    afterCents bigint, _status_before varchar, _version_before varchar, _version_after varchar,
    _connection varchar
);
-- Invoices whose newest landed version cannot be loaded: the one before stays. Named each run.
create table if not exists unloadable_invoices (
    _invoice_id varchar, _version varchar, reason varchar, _connection varchar
);
-- Atlas's own FOCUS report of an invoice, its columns as text, spelled as Atlas does. _row is the
-- row's number in the file;
create table if not exists focus_report_rows (
    _invoice_id varchar, _row bigint, BilledCost varchar, BillingAccountId varchar,
    BillingAccountName varchar, BillingCurrency varchar, BillingPeriodStart varchar,
    BillingPeriodEnd varchar, ChargeCategory varchar, ChargeDescription varchar,
    ChargePeriodStart varchar, ChargePeriodEnd varchar, ConsumedQuantity varchar,
    ConsumedUnit varchar, ContractApplied varchar, ContractedCost varchar,
    ContractedUnitPrice varchar, EffectiveCost varchar, HostProviderName varchar,
    InvoiceIssuer varchar, ListCost varchar, ListUnitPrice varchar, PricingCurrency varchar,
    PricingCurrencyContractedUnitPrice varchar, PricingCurrencyEffectiveCost varchar,
    PricingCurrencyListUnitPrice varchar, PricingQuantity varchar, PricingUnit varchar,
    RegionId varchar, RegionName varchar, ResourceName varchar, ServiceCategory varchar,
    ServiceName varchar, ServiceProviderName varchar, SkuId varchar, SkuMeter varchar,
    SkuPriceDetails varchar, SkuPriceId varchar, SubAccountId varchar, SubAccountName varchar,
    Tags varchar, x_AtlasSku varchar, x_BilledDateStart varchar, x_BilledDateEnd varchar,
    x_PricingCurrencyRate varchar, x_SkuCategory varchar, _other_columns json,
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- Which reports those rows are: one row per report.
create table if not exists focus_reports (
    _invoice_id varchar, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- What Atlas measured of each process in an hour, with the disk of its data; columns as Atlas calls
-- the measurements. Only with ATLAS_COSTS_MEASUREMENTS, and for as long as findings look back.
create table if not exists measurements (
    groupId varchar, processId varchar, userAlias varchar, typeName varchar, measuredAt timestamp,
    MAX_SYSTEM_NORMALIZED_CPU_USER double, MAX_SYSTEM_NORMALIZED_CPU_KERNEL double,
    SYSTEM_MEMORY_AVAILABLE double, SYSTEM_MEMORY_USED double, CONNECTIONS double,
    DB_DATA_SIZE_TOTAL double, OPCOUNTER_QUERY double, OPCOUNTER_INSERT double,
    OPCOUNTER_UPDATE double, OPCOUNTER_DELETE double,
    MAX_DISK_PARTITION_IOPS_TOTAL double, DISK_QUEUE_DEPTH double,
    MAX_DISK_PARTITION_SPACE_USED double, MAX_DISK_PARTITION_SPACE_PERCENT_USED double,
    FTS_PROCESS_NORMALIZED_CPU_USER double, FTS_PROCESS_NORMALIZED_CPU_KERNEL double,
    FTS_DISK_USAGE double, JVM_CURRENT_MEMORY double, JVM_MAX_MEMORY double,
    _connection varchar, _landed_at timestamp
);
-- What Atlas advises on a cluster, and its databases; kind: dropIndexSuggestions, suggestedIndexes,
-- schemaAdvice, namespaces (in use) or databases (one row for each that was measured, or one
-- without a document where there is none). What cannot be read has no row.
create table if not exists advice (
    groupId varchar, clusterName varchar, kind varchar, _document json,
    _connection varchar, _landed_at timestamp
);
-- What was said of findings of savings, in the order in which it was said; data/feedback keeps it.
create table if not exists saving_states (
    position bigint, finding_id varchar, rule varchar, part varchar, resource_id varchar,
    resource_name varchar, resource_type varchar, project_id varchar, org_id varchar,
    connection varchar, monthly_saving_cents bigint, pricing_currency varchar, state varchar,
    said_at timestamp, said_by varchar, reason varchar, until date, done_on date
);
-- What this product did in Atlas: one row per action run, dry or not, by any connection there ever
-- was. Field names are our own record's. _landed_at: when its file was last written.
create table if not exists actions (
    id varchar, action varchar, target varchar, requested_at timestamp, requested_by varchar,
    config json, plan json, applied boolean, outcome varchar, error varchar, error_code varchar,
    atlas_ids json, duration_s double, result json,
    _document json, _connection varchar, _landing_file varchar, _landed_at timestamp
);
-- What config/taxonomy.yaml says, in its order.
create table if not exists taxonomy_overrides (
    position integer, sku varchar, pattern varchar,
    service varchar, category varchar, instance_size varchar, charge_type varchar
);
-- What config/allocation.yaml says: the rules of each key in their order, the default last.
create table if not exists allocation_rules (
    allocation_key varchar, position integer, sha256 varchar, rule integer, rule_name varchar,
    method varchar, value varchar, dimension varchar, basis varchar, basis_window varchar,
    basis_scope varchar, valid_from date, valid_to date
);
-- One row per text of a condition. Conditions of a set hold together; any set is enough.
create table if not exists allocation_conditions (
    allocation_key varchar, rule integer, role varchar, set_number integer,
    condition_number integer, dimension varchar, operator varchar, is_negated boolean,
    operand varchar
);
create table if not exists allocation_shares (
    allocation_key varchar, rule integer, value varchar, weight bigint
);
-- Closed statements, as their files in data/statements say.
create table if not exists statement_rows (
    statement_month date, closed_at timestamp, usage_month date, entry varchar,
    allocation_key varchar, allocation_value varchar, org_id varchar, project_id varchar,
    project_name varchar, resource_id varchar, resource_name varchar, charge_type varchar,
    pricing_currency varchar, is_shared boolean, cost_cents bigint, reason varchar,
    rules_sha256 varchar, _file varchar, _sha256 varchar
);
-- How far each connection's landing journal has been applied.
-- beginning tells whether it is still the same journal.
create table if not exists journal_positions (
    _connection varchar, applied bigint, beginning varchar
);
-- When all costs of a connection were last read.
create table if not exists extractions (_connection varchar, succeeded_at timestamp);
