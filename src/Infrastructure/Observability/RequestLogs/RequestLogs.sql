CREATE SCHEMA IF NOT EXISTS observability;

-- One row a request. Fixed-width columns first, so that no padding is stored. No primary key: nothing refers to a row,
-- and an index on the id alone would cost every insert for look-ups that (at, id) serves as well.
CREATE TABLE IF NOT EXISTS observability.request_logs (
    at timestamptz NOT NULL,
    duration_us bigint NOT NULL,
    upstream_us bigint,
    request_bytes bigint NOT NULL,
    response_bytes bigint NOT NULL,
    epoch bigint NOT NULL,
    id uuid NOT NULL,
    route_id uuid,
    key_id uuid,
    consumer_id uuid,
    trace_id uuid,
    span_id bigint,
    secret_version integer NOT NULL,
    status smallint NOT NULL,
    outcome smallint NOT NULL,
    client_ip inet,
    method text NOT NULL,
    host text NOT NULL,
    path text NOT NULL,
    query text NOT NULL,
    protocol text NOT NULL,
    error_code text,
    error_type text,
    api text,
    upstream_id text,
    destination text,
    user_agent text,
    node text,
    key_source text,
    tier text,
    limits text,
    missing_scopes text[]
) PARTITION BY RANGE (at);

-- Whose request it was; the default tenant's id stands for rows from before there were others.
ALTER TABLE observability.request_logs ADD COLUMN IF NOT EXISTS tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

-- Whose token came with it: of a request with a token of an identity provider that was verified.
ALTER TABLE observability.request_logs ADD COLUMN IF NOT EXISTS issuer_id uuid;
ALTER TABLE observability.request_logs ADD COLUMN IF NOT EXISTS subject text;

-- Rows arrive in the order of time, so ascending indexes grow at their right edge; lists read them backwards. Every index costs
-- each request one to two microseconds of the database, so there are no more than these, and only the first holds the id: rows of
-- one microsecond are put in order by an incremental sort.
CREATE INDEX IF NOT EXISTS ix_request_logs_at ON observability.request_logs (at, id);
CREATE INDEX IF NOT EXISTS ix_request_logs_key ON observability.request_logs (key_id, at) WHERE key_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ix_request_logs_consumer ON observability.request_logs (consumer_id, at) WHERE consumer_id IS NOT NULL;
-- Requests with a token only, so that it costs the others nothing.
CREATE INDEX IF NOT EXISTS ix_request_logs_subject ON observability.request_logs (subject, at) WHERE subject IS NOT NULL;
-- Also finds the rows of an API, by its routes.
CREATE INDEX IF NOT EXISTS ix_request_logs_route ON observability.request_logs (route_id, at) WHERE route_id IS NOT NULL;
-- A path may be longer than an index entry; its first 64 characters choose, the rest is compared in the row.
CREATE INDEX IF NOT EXISTS ix_request_logs_path ON observability.request_logs ((left(path, 64)) text_pattern_ops);
-- What is common needs no index of its own: the list of everything finds it soon enough.
CREATE INDEX IF NOT EXISTS ix_request_logs_status ON observability.request_logs (status, at) WHERE status <> 200;
CREATE INDEX IF NOT EXISTS ix_request_logs_3xx ON observability.request_logs (at) WHERE status >= 300 AND status < 400;
CREATE INDEX IF NOT EXISTS ix_request_logs_4xx ON observability.request_logs (at) WHERE status >= 400 AND status < 500;
CREATE INDEX IF NOT EXISTS ix_request_logs_5xx ON observability.request_logs (at) WHERE status >= 500;
CREATE INDEX IF NOT EXISTS ix_request_logs_outcome ON observability.request_logs (outcome, at) WHERE outcome <> 0;
CREATE INDEX IF NOT EXISTS ix_request_logs_method ON observability.request_logs (method, at) WHERE method NOT IN ('GET', 'POST');
CREATE INDEX IF NOT EXISTS ix_request_logs_slow ON observability.request_logs (at) WHERE duration_us >= 100000;

-- The default tenant is most of the log where there are no others, and then its lists need no index.
CREATE INDEX IF NOT EXISTS ix_request_logs_tenant ON observability.request_logs (tenant_id, at) WHERE tenant_id <> '00000000-0000-7000-8000-000000000001';

-- How far each run of a node has come, written in the transaction of its rows: a batch that is sent twice is stored once.
CREATE TABLE IF NOT EXISTS observability.request_log_progress (
    writer uuid PRIMARY KEY,
    segment bigint NOT NULL,
    rows integer NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Rows with a key that were stored long after their instant, noted in the transaction of the row: for whoever reads the log once, from front to back,
-- and takes them out of here.
CREATE TABLE IF NOT EXISTS observability.request_log_late (
    at timestamptz NOT NULL,
    key_id uuid NOT NULL,
    outcome smallint NOT NULL,
    client_ip inet
);

-- Makes the partition of a day. Attaching an empty table holds a lighter lock on the parent than CREATE … PARTITION OF.
CREATE OR REPLACE FUNCTION observability.ensure_request_log_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition text := 'request_logs_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'observability.request_logs'::regclass AND c.relname = partition AND NOT i.inhdetachpending) THEN
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('observability.request_logs'));
    IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'observability.request_logs'::regclass AND c.relname = partition) THEN
        RETURN;
    END IF;

    -- A table of that name without a parent is a partition whose removal was interrupted: its rows are past their time.
    EXECUTE format('DROP TABLE IF EXISTS observability.%I', partition);
    EXECUTE format('CREATE TABLE observability.%I (LIKE observability.request_logs INCLUDING DEFAULTS INCLUDING STORAGE)', partition);
    EXECUTE format('ALTER TABLE observability.request_logs ATTACH PARTITION observability.%I FOR VALUES FROM (%L) TO (%L)',
        partition, to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
END $$;
