CREATE TABLE webhooks.event_types (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    name character varying(100) NOT NULL,
    description character varying(500),
    schema text,
    schema_version integer NOT NULL,
    example text,
    scope character varying(100),
    deprecated boolean NOT NULL,
    archived boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_event_types PRIMARY KEY (id),
    CONSTRAINT fk_event_types_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE TABLE webhooks.subscriptions (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001',
    key_id uuid,
    consumer_id uuid,
    definition jsonb NOT NULL,
    confidential bytea,
    secrets jsonb NOT NULL,
    disabled_at timestamp with time zone,
    disabled_reason character varying(20),
    verified_at timestamp with time zone,
    version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT fk_subscriptions_tenants_tenant_id FOREIGN KEY (tenant_id) REFERENCES access.tenants (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX ix_event_types_tenant_id_name ON webhooks.event_types (tenant_id, name);

CREATE INDEX ix_subscriptions_key_id ON webhooks.subscriptions (key_id) WHERE key_id IS NOT NULL;

CREATE INDEX ix_subscriptions_tenant_id_created_at_id ON webhooks.subscriptions (tenant_id, created_at, id);

-- script: Subscriptions


-- script: Deliveries


INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261121101606_Webhooks', '10.0.14');
