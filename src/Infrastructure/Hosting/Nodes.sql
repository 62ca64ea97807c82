CREATE SCHEMA IF NOT EXISTS platform;

-- One row for each run of a node. Instants are by the database's clock, so that the clocks of the nodes do not matter.
CREATE TABLE IF NOT EXISTS platform.nodes (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    address text NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
