CREATE SCHEMA IF NOT EXISTS access;

-- What every node must agree on: a key digested under one pepper cannot be found under another. Holds fingerprints, never peppers.
CREATE TABLE IF NOT EXISTS access.peppers (
    version integer PRIMARY KEY,
    fingerprint bytea NOT NULL
);
