-- The tables of delivery. PostgreSQL is the only truth and the only clock: a delivery is sent by whoever holds its lease, and by nothing else.
CREATE SCHEMA IF NOT EXISTS webhooks;

-- Makes the partition of a day (UTC). Attaching an empty table holds a lighter lock on the parent than CREATE … PARTITION OF.
CREATE OR REPLACE FUNCTION webhooks.ensure_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition text := parent || '_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = ('webhooks.' || parent)::regclass AND c.relname = partition AND NOT i.inhdetachpending) THEN
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('webhooks.' || parent));
    IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = ('webhooks.' || parent)::regclass AND c.relname = partition) THEN
        RETURN;
    END IF;

    -- A table of that name without a parent is a partition whose removal was interrupted: its rows are past their time.
    EXECUTE format('DROP TABLE IF EXISTS webhooks.%I', partition);
    EXECUTE format('CREATE TABLE webhooks.%I (LIKE webhooks.%I INCLUDING DEFAULTS INCLUDING STORAGE)', partition, parent);
    EXECUTE format('ALTER TABLE webhooks.%I ATTACH PARTITION webhooks.%I FOR VALUES FROM (%L) TO (%L)',
        parent, partition, to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
END $$;

-- Events were a plain table once. Its rows are kept.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('webhooks.events') AND relkind = 'r') THEN
        ALTER TABLE webhooks.events RENAME TO events_before;
        ALTER TABLE webhooks.events_before RENAME CONSTRAINT pk_events TO pk_events_before;
        ALTER INDEX IF EXISTS webhooks.ix_events_tenant_id_occurred_at_id RENAME TO ix_events_before;
    END IF;
END $$;

-- One row an event, with the exact bytes that are sent. created_at is the start of the transaction, by the database's clock.
CREATE TABLE IF NOT EXISTS webhooks.events (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    type character varying(100) NOT NULL,
    occurred_at timestamptz NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    schema_version integer,
    idempotency_key text,
    payload_sha256 bytea,
    source text NOT NULL DEFAULT 'datahub',
    CONSTRAINT pk_events PRIMARY KEY (id, created_at),
    CONSTRAINT fk_events_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
) PARTITION BY RANGE (created_at);
CREATE INDEX IF NOT EXISTS ix_events_tenant_id_occurred_at_id ON webhooks.events (tenant_id, occurred_at, id);
CREATE INDEX IF NOT EXISTS ix_events_tenant_created ON webhooks.events (tenant_id, created_at, id);

DO $$
DECLARE
    day date;
BEGIN
    FOR i IN -2..2 LOOP
        PERFORM webhooks.ensure_partition('events', (now() AT TIME ZONE 'UTC')::date + i);
    END LOOP;

    IF to_regclass('webhooks.events_before') IS NOT NULL THEN
        FOR day IN SELECT DISTINCT (least(occurred_at, now()) AT TIME ZONE 'UTC')::date FROM webhooks.events_before LOOP
            PERFORM webhooks.ensure_partition('events', day);
        END LOOP;

        INSERT INTO webhooks.events (id, tenant_id, type, occurred_at, payload, created_at)
        SELECT id, tenant_id, type, occurred_at, payload, least(occurred_at, now()) FROM webhooks.events_before;
        DROP TABLE webhooks.events_before;
    END IF;
END $$;

-- Which event an idempotency key made; lives as long as its event.
CREATE TABLE IF NOT EXISTS webhooks.event_keys (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    body_sha256 bytea NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX IF NOT EXISTS ix_event_keys_created ON webhooks.event_keys (created_at);

-- One row an event that is not fanned out yet. A worker holds the row's lock while it makes a page of deliveries, moves the cursor in the
-- same transaction, and deletes the row with the last page: whoever dies half-way has done nothing.
CREATE TABLE IF NOT EXISTS webhooks.fan_out (
    event_id uuid PRIMARY KEY,
    event_created_at timestamptz NOT NULL,
    tenant_id uuid NOT NULL,
    after_subscription uuid,
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    failures integer NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX IF NOT EXISTS ix_fan_out_due ON webhooks.fan_out (due_at, event_id);
CREATE INDEX IF NOT EXISTS ix_fan_out_tenant ON webhooks.fan_out (tenant_id, event_created_at);

-- By the table itself, so that no writer of events can forget it.
CREATE OR REPLACE FUNCTION webhooks.enqueue_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhooks.fan_out (event_id, event_created_at, tenant_id) SELECT id, created_at, tenant_id FROM inserted;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS tr_events_fan_out ON webhooks.events;
CREATE TRIGGER tr_events_fan_out AFTER INSERT ON webhooks.events
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION webhooks.enqueue_fan_out();

-- Every claim takes a token that none had before.
CREATE SEQUENCE IF NOT EXISTS webhooks.lease_tokens;

-- Unfinished deliveries only: a row goes when it ends. Without bytes, unless they differ from the event's.
-- attempt: attempts that counted. claims: claims since an attempt was recorded. lane: 0 fresh, 1 retry, 2 replay.
CREATE TABLE IF NOT EXISTS webhooks.deliveries (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    event_created_at timestamptz NOT NULL,
    tenant_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz NOT NULL DEFAULT now(),
    lease_token bigint,
    lease_until timestamptz,
    attempt integer NOT NULL DEFAULT 0,
    replay_no integer NOT NULL DEFAULT 0,
    lane smallint NOT NULL DEFAULT 0,
    trigger smallint NOT NULL DEFAULT 0,
    claims smallint NOT NULL DEFAULT 0,
    job_id uuid,
    event_type text NOT NULL,
    next_reason text,
    body bytea,
    CONSTRAINT ux_deliveries_event UNIQUE (event_id, subscription_id, replay_no)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = 100000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
-- For claims, and for the scan that hops from endpoint to endpoint.
CREATE INDEX IF NOT EXISTS ix_deliveries_due ON webhooks.deliveries (subscription_id, lane, next_at) WHERE lease_token IS NULL;
-- How many of an endpoint are under way on all nodes, and which leases ran out.
CREATE INDEX IF NOT EXISTS ix_deliveries_leased ON webhooks.deliveries (subscription_id, lease_until) WHERE lease_token IS NOT NULL;

-- For the list of a tenant.
CREATE INDEX IF NOT EXISTS ix_deliveries_tenant ON webhooks.deliveries (tenant_id, created_at);

-- How deliveries ended.
CREATE TABLE IF NOT EXISTS webhooks.outcomes (
    finished_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL,
    event_created_at timestamptz NOT NULL,
    delivery_id uuid NOT NULL,
    event_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    job_id uuid,
    attempts integer NOT NULL,
    replay_no integer NOT NULL,
    last_status integer,
    outcome smallint NOT NULL,
    trigger smallint NOT NULL,
    event_type text NOT NULL,
    reason text NOT NULL
) PARTITION BY RANGE (finished_at);
CREATE INDEX IF NOT EXISTS ix_outcomes_subscription ON webhooks.outcomes (subscription_id, finished_at, delivery_id);
CREATE INDEX IF NOT EXISTS ix_outcomes_tenant ON webhooks.outcomes (tenant_id, finished_at, delivery_id);
CREATE INDEX IF NOT EXISTS ix_outcomes_event ON webhooks.outcomes (event_id);
CREATE INDEX IF NOT EXISTS ix_outcomes_delivery ON webhooks.outcomes (delivery_id);

-- For those that somebody has to be told of: failed and quarantined.
CREATE INDEX IF NOT EXISTS ix_outcomes_bad ON webhooks.outcomes (finished_at) WHERE outcome IN (1, 3);

-- Every attempt. started_at is the database's clock less the time that the attempt took, so that clocks of nodes do not matter.
CREATE TABLE IF NOT EXISTS webhooks.attempts (
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 64),
    started_at timestamptz NOT NULL,
    next_at timestamptz,
    delivery_id uuid NOT NULL,
    event_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    attempt integer NOT NULL,
    status integer,
    dns_ms real,
    connect_ms real,
    tls_ms real,
    first_byte_ms real,
    total_ms real NOT NULL,
    trigger smallint NOT NULL,
    class smallint NOT NULL,
    counted boolean NOT NULL,
    late boolean NOT NULL,
    response_truncated boolean NOT NULL,
    event_type text NOT NULL,
    error text,
    address text,
    url text,
    next_reason text,
    request_headers jsonb NOT NULL,
    response_headers jsonb NOT NULL,
    response_head bytea NOT NULL
) PARTITION BY RANGE (started_at);
CREATE INDEX IF NOT EXISTS ix_attempts_subscription ON webhooks.attempts (subscription_id, started_at, id);
CREATE INDEX IF NOT EXISTS ix_attempts_delivery ON webhooks.attempts (delivery_id);

DO $$
BEGIN
    FOR i IN -2..2 LOOP
        PERFORM webhooks.ensure_partition('outcomes', (now() AT TIME ZONE 'UTC')::date + i);
        PERFORM webhooks.ensure_partition('attempts', (now() AT TIME ZONE 'UTC')::date + i);
    END LOOP;
END $$;

-- What dispatchers know of an endpoint. Written by them alone: a producer never waits for this row.
-- breaker_state: 0 closed, 1 open, 2 half-open. warned: hours of failing that were told of.
CREATE TABLE IF NOT EXISTS webhooks.endpoint_state (
    subscription_id uuid PRIMARY KEY,
    not_before timestamptz,
    open_until timestamptz,
    failures_since timestamptz,
    first_failure_at timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    exhausted_told_at timestamptz,
    quarantined_told_at timestamptz,
    consecutive_opens integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    breaker_state smallint NOT NULL DEFAULT 0,
    warned smallint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- Nodes that deliver, by their last look at the queue. Not platform.nodes: one that lives and does not deliver must own no endpoint.
CREATE TABLE IF NOT EXISTS webhooks.dispatchers (
    node_id uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The number of the newest committed change of subscriptions. In a function, since the table is another script's.
CREATE OR REPLACE FUNCTION webhooks.newest_subscription_change() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    newest bigint := 0;
BEGIN
    IF to_regclass('webhooks.subscription_changes') IS NOT NULL THEN
        EXECUTE 'SELECT coalesce(max(number), 0) FROM webhooks.subscription_changes' INTO newest;
    END IF;

    RETURN newest;
END $$;
