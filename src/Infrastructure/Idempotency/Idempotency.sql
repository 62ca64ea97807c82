CREATE SCHEMA IF NOT EXISTS platform;

-- One row an idempotency key. Without an answer it is a claim, which a dead process cannot hold longer than a minute.
CREATE TABLE IF NOT EXISTS platform.idempotency_keys (
    scope bytea PRIMARY KEY,
    request_hash bytea NOT NULL,
    token uuid NOT NULL,
    claimed_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answer bytea NULL
);
-- True once the change of the claim's holder is committed, in the transaction of that change: from then on nobody carries the request out again.
ALTER TABLE platform.idempotency_keys ADD COLUMN IF NOT EXISTS committed boolean NOT NULL DEFAULT false;
CREATE INDEX IF NOT EXISTS ix_idempotency_keys_expires_at ON platform.idempotency_keys (expires_at);
