CREATE SCHEMA IF NOT EXISTS access;

-- What still came with a secret after another took its place.
CREATE TABLE IF NOT EXISTS access.key_secret_uses (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    version integer NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (api_key_id, version)
);

-- Where it came from: the latest addresses of each, pruned by the writer.
CREATE TABLE IF NOT EXISTS access.key_secret_addresses (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    version integer NOT NULL,
    address text NOT NULL,
    requests bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, version, address)
);

-- Requests of a key by hour, the baseline that a spike is held against; two weeks of it.
CREATE TABLE IF NOT EXISTS access.key_hours (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    hour timestamptz NOT NULL,
    requests bigint NOT NULL,
    limited bigint NOT NULL,
    refused bigint NOT NULL,
    PRIMARY KEY (api_key_id, hour)
);
CREATE INDEX IF NOT EXISTS ix_key_hours_hour ON access.key_hours (hour);

-- The networks that a key was used from: /24 of IPv4, /48 of IPv6.
CREATE TABLE IF NOT EXISTS access.key_networks (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    network cidr NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, network)
);

-- What is worth looking at about the traffic of a key, as the last computation found it.
CREATE TABLE IF NOT EXISTS access.key_health (
    api_key_id uuid NOT NULL REFERENCES access.api_keys (id) ON DELETE CASCADE,
    code text NOT NULL,
    message text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, code)
);
CREATE INDEX IF NOT EXISTS ix_key_health_code ON access.key_health (code);

-- How far the request log was read.
CREATE TABLE IF NOT EXISTS access.key_health_progress (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    read_until timestamptz NOT NULL
);
