DROP INDEX routing.ix_upstreams_name;

DROP INDEX traffic.ix_rate_limit_tiers_name;

DROP INDEX access.ix_consumers_name;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'webhooks') THEN
        CREATE SCHEMA webhooks;
    END IF;
END $EF$;

ALTER TABLE routing.upstreams ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE routing.routes ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE traffic.rate_limit_tiers ADD shared boolean NOT NULL DEFAULT FALSE;

ALTER TABLE traffic.rate_limit_tiers ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE access.consumers ADD owner_user_id uuid;

ALTER TABLE access.consumers ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE routing.apis ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE access.api_keys ADD api_permissions jsonb NOT NULL DEFAULT ('{}'::jsonb);

ALTER TABLE access.api_keys ADD rotate_every_days integer;

ALTER TABLE access.api_keys ADD rotation_enforced boolean NOT NULL DEFAULT FALSE;

ALTER TABLE access.api_keys ADD rotation_grace_seconds integer;

ALTER TABLE access.api_keys ADD tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE access.api_key_secrets ADD replaced_at timestamp with time zone;

CREATE TABLE access.tenants (
    id uuid NOT NULL,
    name character varying(63) NOT NULL,
    display_name character varying(100) NOT NULL,
    metadata jsonb NOT NULL,
    hosts text[] NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id)
);

-- script: Tenants


UPDATE traffic.rate_limit_tiers SET shared = true WHERE name IN ('free', 'standard', 'partner', 'internal', 'unlimited');

CREATE TABLE webhooks.events (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    type character varying(100) NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (id),
    CONSTRAINT fk_events_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.registrations (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    name character varying(80) NOT NULL,
    email character varying(254) NOT NULL,
    mail_domain character varying(254) NOT NULL,
    segment character varying(20) NOT NULL,
    purpose character varying(1000),
    address character varying(45),
    claim_digest bytea NOT NULL,
    status character varying(20) NOT NULL,
    tier_id uuid,
    decided_by character varying(40),
    reason text,
    consumer_id uuid,
    scopes text[],
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_registrations PRIMARY KEY (id),
    CONSTRAINT fk_registrations_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.scopes (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    api_id uuid NOT NULL,
    name character varying(129) NOT NULL,
    description character varying(500) NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_scopes PRIMARY KEY (id),
    CONSTRAINT fk_scopes_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.sign_up_codes (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    digest bytea NOT NULL,
    last4 character varying(4) NOT NULL,
    segment character varying(20) NOT NULL,
    tier_id uuid,
    max_uses integer NOT NULL,
    uses integer NOT NULL,
    expires_at timestamp with time zone,
    note character varying(200),
    scopes text[],
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_sign_up_codes PRIMARY KEY (id),
    CONSTRAINT fk_sign_up_codes_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.token_issuers (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    name character varying(100) NOT NULL,
    definition jsonb NOT NULL,
    client_secret bytea,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_token_issuers PRIMARY KEY (id),
    CONSTRAINT fk_token_issuers_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.users (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    email character varying(254) NOT NULL,
    email_key character varying(254) NOT NULL,
    name character varying(100) NOT NULL,
    role character varying(10) NOT NULL,
    global boolean NOT NULL,
    status character varying(10) NOT NULL,
    accepted_at timestamp with time zone,
    last_sign_in_at timestamp with time zone,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT fk_users_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE access.external_identities (
    issuer character varying(500) NOT NULL,
    subject character varying(255) NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_external_identities PRIMARY KEY (issuer, subject),
    CONSTRAINT fk_external_identities_users_user_id FOREIGN KEY (user_id) REFERENCES access.users (id) ON DELETE CASCADE
);

CREATE TABLE access.one_time_links (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose character varying(20) NOT NULL,
    token_digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    spent_at timestamp with time zone,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_one_time_links PRIMARY KEY (id),
    CONSTRAINT fk_one_time_links_users_user_id FOREIGN KEY (user_id) REFERENCES access.users (id) ON DELETE CASCADE
);

CREATE TABLE access.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    method character varying(60) NOT NULL,
    address character varying(45) NOT NULL,
    agent character varying(200) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    generation integer NOT NULL,
    refreshed_at timestamp with time zone NOT NULL,
    refresh_expires_at timestamp with time zone NOT NULL,
    successor bytea,
    ended_at timestamp with time zone,
    end_reason character varying(20),
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_users_user_id FOREIGN KEY (user_id) REFERENCES access.users (id) ON DELETE CASCADE
);

CREATE TABLE access.user_credentials (
    id uuid NOT NULL,
    password_hash character varying(200),
    password_changed_at timestamp with time zone,
    totp_secret bytea,
    totp_confirmed_at timestamp with time zone,
    totp_last_step bigint NOT NULL,
    recovery_codes bytea[] NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_user_credentials PRIMARY KEY (id),
    CONSTRAINT fk_user_credentials_users_id FOREIGN KEY (id) REFERENCES access.users (id) ON DELETE CASCADE
);

CREATE TABLE access.refresh_tokens (
    digest bytea NOT NULL,
    session_id uuid NOT NULL,
    generation integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (digest),
    CONSTRAINT fk_refresh_tokens_sessions_session_id FOREIGN KEY (session_id) REFERENCES access.sessions (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX ix_upstreams_tenant_id_name ON routing.upstreams (tenant_id, name);

CREATE INDEX ix_routes_tenant_id ON routing.routes (tenant_id);

CREATE UNIQUE INDEX ix_rate_limit_tiers_tenant_id_name ON traffic.rate_limit_tiers (tenant_id, name);

CREATE INDEX ix_consumers_owner_user_id ON access.consumers (owner_user_id) WHERE owner_user_id IS NOT NULL;

CREATE UNIQUE INDEX ix_consumers_tenant_id_name ON access.consumers (tenant_id, name);

CREATE INDEX ix_apis_tenant_id ON routing.apis (tenant_id);

CREATE INDEX ix_api_keys_tenant_id ON access.api_keys (tenant_id);

CREATE INDEX ix_api_key_secrets_prefix ON access.api_key_secrets (prefix);

CREATE INDEX ix_events_tenant_id_occurred_at_id ON webhooks.events (tenant_id, occurred_at, id);

CREATE INDEX ix_external_identities_user_id ON access.external_identities (user_id);

CREATE UNIQUE INDEX ix_one_time_links_token_digest ON access.one_time_links (token_digest);

CREATE INDEX ix_one_time_links_user_id ON access.one_time_links (user_id) WHERE spent_at IS NULL;

CREATE INDEX ix_refresh_tokens_expires_at ON access.refresh_tokens (expires_at);

CREATE INDEX ix_refresh_tokens_session_id ON access.refresh_tokens (session_id);

CREATE INDEX ix_registrations_created_at_id ON access.registrations (created_at, id);

CREATE INDEX ix_registrations_tenant_id ON access.registrations (tenant_id);

CREATE UNIQUE INDEX ix_scopes_api_id_name ON access.scopes (api_id, name);

CREATE INDEX ix_scopes_tenant_id ON access.scopes (tenant_id);

CREATE INDEX ix_sessions_expires_at ON access.sessions (expires_at);

CREATE INDEX ix_sessions_user_id ON access.sessions (user_id) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX ix_sign_up_codes_digest ON access.sign_up_codes (digest);

CREATE INDEX ix_sign_up_codes_tenant_id ON access.sign_up_codes (tenant_id);

CREATE UNIQUE INDEX ix_tenants_name ON access.tenants (name);

CREATE INDEX ix_token_issuers_created_at_id ON access.token_issuers (created_at, id);

CREATE UNIQUE INDEX ix_token_issuers_tenant_id_name ON access.token_issuers (tenant_id, name);

CREATE INDEX ix_users_created_at_id ON access.users (created_at, id);

CREATE UNIQUE INDEX ix_users_email_key ON access.users (email_key);

CREATE INDEX ix_users_tenant_id ON access.users (tenant_id);

ALTER TABLE access.api_keys ADD CONSTRAINT fk_api_keys_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

ALTER TABLE routing.apis ADD CONSTRAINT fk_apis_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

ALTER TABLE access.consumers ADD CONSTRAINT fk_consumers_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

ALTER TABLE access.consumers ADD CONSTRAINT fk_consumers_users_owner_user_id FOREIGN KEY (owner_user_id) REFERENCES access.users (id) ON DELETE RESTRICT;

ALTER TABLE traffic.rate_limit_tiers ADD CONSTRAINT fk_rate_limit_tiers_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

ALTER TABLE routing.routes ADD CONSTRAINT fk_routes_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

ALTER TABLE routing.upstreams ADD CONSTRAINT fk_upstreams_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT;

-- script: Nodes


-- script: RequestLogs


-- script: Audit


-- script: KeyLifecycle


-- script: KeyTraffic


-- script: SignIn


INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261121074920_Access', '10.0.14');
