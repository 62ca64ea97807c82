CREATE SCHEMA IF NOT EXISTS access;

-- What was told of a key, so that it is told once. A new end is a new notice.
CREATE TABLE IF NOT EXISTS access.key_notices (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    kind text NOT NULL,
    version integer NOT NULL,
    threshold_seconds bigint NOT NULL,
    ends_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, kind, version, threshold_seconds, ends_at)
);

-- The rotation schedules of the keys of a tier that have none of their own.
CREATE TABLE IF NOT EXISTS access.tier_rotations (
    tier_id uuid PRIMARY KEY,
    every_days integer NOT NULL,
    grace_seconds integer NOT NULL,
    enforced boolean NOT NULL
);
