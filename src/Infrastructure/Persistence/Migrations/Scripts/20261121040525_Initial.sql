CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'access') THEN
        CREATE SCHEMA access;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'routing') THEN
        CREATE SCHEMA routing;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'traffic') THEN
        CREATE SCHEMA traffic;
    END IF;
END $EF$;

CREATE TABLE routing.apis (
    id uuid NOT NULL,
    name character varying(100) NOT NULL,
    slug character varying(63) NOT NULL,
    description character varying(1000) NOT NULL,
    base_path character varying(200),
    enabled boolean NOT NULL,
    metadata jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_apis PRIMARY KEY (id)
);

CREATE TABLE access.consumers (
    id uuid NOT NULL,
    name character varying(100) NOT NULL,
    segment character varying(10) NOT NULL,
    owner character varying(200),
    tier_id uuid,
    metadata jsonb NOT NULL,
    suspended_at timestamp with time zone,
    suspended_reason character varying(200),
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_consumers PRIMARY KEY (id)
);

CREATE TABLE traffic.rate_limit_tiers (
    id uuid NOT NULL,
    name character varying(64) NOT NULL,
    is_default boolean NOT NULL,
    limits jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_rate_limit_tiers PRIMARY KEY (id)
);

CREATE TABLE routing.upstreams (
    id uuid NOT NULL,
    name character varying(100) NOT NULL,
    load_balancing character varying(30) NOT NULL,
    destinations jsonb NOT NULL,
    http_version character varying(3) NOT NULL,
    connect_timeout_ms integer NOT NULL,
    timeout_seconds integer NOT NULL,
    metadata jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_upstreams PRIMARY KEY (id)
);

CREATE TABLE access.api_keys (
    id uuid NOT NULL,
    consumer_id uuid NOT NULL,
    environment character varying(10) NOT NULL,
    name character varying(100) NOT NULL,
    tier_id uuid,
    expires_at timestamp with time zone,
    disabled_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_reason character varying(200),
    created_by character varying(40) NOT NULL,
    last_used_at timestamp with time zone,
    metadata jsonb NOT NULL,
    allowed_ips text[] NOT NULL,
    scopes text[] NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT fk_api_keys_consumers_consumer_id FOREIGN KEY (consumer_id) REFERENCES access.consumers (id) ON DELETE RESTRICT
);

CREATE TABLE routing.routes (
    id uuid NOT NULL,
    api_id uuid NOT NULL,
    upstream_id uuid NOT NULL,
    name character varying(100) NOT NULL,
    enabled boolean NOT NULL,
    "order" integer NOT NULL,
    hosts jsonb NOT NULL,
    path character varying(500) NOT NULL,
    methods jsonb NOT NULL,
    headers jsonb NOT NULL,
    query jsonb NOT NULL,
    auth jsonb NOT NULL,
    required_scopes jsonb NOT NULL,
    scope_match character varying(10) NOT NULL,
    tier_id uuid,
    strip_prefix character varying(500),
    path_rewrite character varying(500),
    timeout_seconds double precision,
    metadata jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_routes PRIMARY KEY (id),
    CONSTRAINT fk_routes_apis_api_id FOREIGN KEY (api_id) REFERENCES routing.apis (id) ON DELETE RESTRICT,
    CONSTRAINT fk_routes_upstreams_upstream_id FOREIGN KEY (upstream_id) REFERENCES routing.upstreams (id) ON DELETE RESTRICT
);

CREATE TABLE access.api_key_secrets (
    version integer NOT NULL,
    api_key_id uuid NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    prefix character varying(20) NOT NULL,
    last4 character varying(4) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    not_after timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT pk_api_key_secrets PRIMARY KEY (api_key_id, version),
    CONSTRAINT fk_api_key_secrets_api_keys_api_key_id FOREIGN KEY (api_key_id) REFERENCES access.api_keys (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX ix_api_key_secrets_digest ON access.api_key_secrets (digest);

CREATE INDEX ix_api_keys_consumer_id ON access.api_keys (consumer_id);

CREATE INDEX ix_api_keys_created_at_id ON access.api_keys (created_at, id);

CREATE INDEX ix_api_keys_tier_id ON access.api_keys (tier_id) WHERE tier_id IS NOT NULL;

CREATE INDEX ix_apis_created_at_id ON routing.apis (created_at, id);

CREATE UNIQUE INDEX ix_apis_slug ON routing.apis (slug);

CREATE INDEX ix_consumers_created_at_id ON access.consumers (created_at, id);

CREATE UNIQUE INDEX ix_consumers_name ON access.consumers (name);

CREATE INDEX ix_consumers_tier_id ON access.consumers (tier_id) WHERE tier_id IS NOT NULL;

CREATE UNIQUE INDEX ix_rate_limit_tiers_is_default ON traffic.rate_limit_tiers (is_default) WHERE is_default;

CREATE UNIQUE INDEX ix_rate_limit_tiers_name ON traffic.rate_limit_tiers (name);

CREATE UNIQUE INDEX ix_routes_api_id_name ON routing.routes (api_id, name);

CREATE INDEX ix_routes_created_at_id ON routing.routes (created_at, id);

CREATE INDEX ix_routes_upstream_id ON routing.routes (upstream_id);

CREATE INDEX ix_upstreams_created_at_id ON routing.upstreams (created_at, id);

CREATE UNIQUE INDEX ix_upstreams_name ON routing.upstreams (name);

-- script: Platform


-- script: Idempotency


-- script: Peppers


-- script: Setup


-- script: RequestLogs


INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261121040525_Initial', '10.0.14');
