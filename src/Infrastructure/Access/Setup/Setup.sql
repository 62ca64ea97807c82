CREATE SCHEMA IF NOT EXISTS access;

-- One row a printed token: a node that lost its data folder, or a second node, prints one of its own. The first that is used closes setup.
CREATE TABLE IF NOT EXISTS access.setup (
    token_digest bytea PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz NULL
);
