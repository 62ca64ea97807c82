CREATE SCHEMA IF NOT EXISTS platform;

-- One row a topic; locked by the writer until its commit, so values rise in commit order.
CREATE TABLE IF NOT EXISTS platform.epochs (
    topic text PRIMARY KEY,
    value bigint NOT NULL
);

-- What changed, for nodes that missed a notification. Pruned after an hour.
CREATE TABLE IF NOT EXISTS platform.changes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    payload text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS ix_changes_topic_at ON platform.changes (topic, at);
