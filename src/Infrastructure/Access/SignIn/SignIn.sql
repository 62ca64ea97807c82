CREATE SCHEMA IF NOT EXISTS access;

-- Failed attempts to sign in, by digests of what they are counted by. Not an aggregate: written by every attempt, whoever makes it.
CREATE TABLE IF NOT EXISTS access.sign_in_failures (
    bucket bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz
);
CREATE INDEX IF NOT EXISTS ix_sign_in_failures_last_at ON access.sign_in_failures (last_at);

-- Where people signed in from before: digests of account and address, and of account and device token.
CREATE TABLE IF NOT EXISTS access.sign_in_origins (
    origin bytea PRIMARY KEY,
    last_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_sign_in_origins_last_at ON access.sign_in_origins (last_at);

-- The keys that sign access tokens; the private part is sealed under the pepper.
CREATE TABLE IF NOT EXISTS access.signing_keys (
    kid text PRIMARY KEY,
    private_key bytea NOT NULL,
    signs_from timestamptz NOT NULL,
    signs_until timestamptz NOT NULL,
    verifies_until timestamptz NOT NULL
);
