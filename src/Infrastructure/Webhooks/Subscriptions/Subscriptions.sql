-- What the tables of subscriptions and events need beyond the model. Idempotent.
CREATE SCHEMA IF NOT EXISTS webhooks;

-- The number of the newest committed change of subscriptions: rises in commit order, because the writer holds the topic's row until its commit.
CREATE OR REPLACE VIEW webhooks.subscription_changes AS
    SELECT coalesce((SELECT value FROM platform.epochs WHERE topic = 'subscriptions'), 0) AS number;

-- Work that outlives a request: many deliveries sent again. A page and the cursor behind it are committed together.
CREATE TABLE IF NOT EXISTS webhooks.jobs (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    subscription_id uuid,
    filter jsonb NOT NULL,
    state text NOT NULL,
    cursor jsonb,
    total bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    enqueued bigint NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    error text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    lease_until timestamptz
);
CREATE INDEX IF NOT EXISTS ix_jobs_tenant_created ON webhooks.jobs (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS ix_jobs_unfinished ON webhooks.jobs (created_at) WHERE state IN ('waiting', 'running');
