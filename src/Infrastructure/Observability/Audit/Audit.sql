CREATE SCHEMA IF NOT EXISTS observability;

-- The chain of every tenant. JSON stands in columns of type json, not jsonb: its text is authenticated, so it must come back as it was written.
CREATE TABLE IF NOT EXISTS observability.audit (
    tenant_id uuid NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_subject text,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    client_ip text,
    user_agent text,
    request_id text,
    result text NOT NULL,
    code text,
    count integer NOT NULL,
    details json,
    before json,
    after json,
    key_version integer NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);
CREATE INDEX IF NOT EXISTS ix_audit_id ON observability.audit (id);
CREATE INDEX IF NOT EXISTS ix_audit_at ON observability.audit (tenant_id, at);
CREATE INDEX IF NOT EXISTS ix_audit_actor ON observability.audit (tenant_id, actor_id, sequence);
CREATE INDEX IF NOT EXISTS ix_audit_action ON observability.audit (tenant_id, action, sequence);
CREATE INDEX IF NOT EXISTS ix_audit_resource ON observability.audit (tenant_id, resource_id, sequence) WHERE resource_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ix_audit_request ON observability.audit (tenant_id, request_id, sequence) WHERE request_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ix_audit_refused ON observability.audit (tenant_id, result, sequence) WHERE result <> 'success';

-- The last record of each chain. Locked by a writer until its commit, so that the sequence has no gaps; sealed, so that it cannot be moved back.
CREATE TABLE IF NOT EXISTS observability.audit_heads (
    tenant_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    key_version integer NOT NULL,
    seal bytea NOT NULL
) WITH (fillfactor = 50);

-- Signed statements of how far a chain had come. Every node keeps the newest ones in its data folder too.
CREATE TABLE IF NOT EXISTS observability.audit_checkpoints (
    tenant_id uuid NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamptz NOT NULL,
    key_version integer NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

-- What was moved into a file: up to the record of a signed checkpoint. The chain goes on after the newest one.
CREATE TABLE IF NOT EXISTS observability.audit_archives (
    tenant_id uuid NOT NULL,
    first_sequence bigint NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamptz NOT NULL,
    key_version integer NOT NULL,
    signature bytea NOT NULL,
    file text NOT NULL,
    sha256 bytea NOT NULL,
    node text NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

-- What the last verification of each chain found.
CREATE TABLE IF NOT EXISTS observability.audit_verifications (
    tenant_id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    valid boolean NOT NULL,
    report json NOT NULL
);

-- Guards against slips and against whoever may write rows but not change the schema. What a superuser does, the chain tells.
CREATE OR REPLACE FUNCTION observability.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit'
       AND current_setting('datahub.audit_archiving', true) = OLD.tenant_id::text
       AND EXISTS (SELECT FROM observability.audit_archives a
                   WHERE a.tenant_id = OLD.tenant_id AND OLD.sequence BETWEEN a.first_sequence AND a.sequence) THEN
        RETURN OLD;
    END IF;

    RAISE EXCEPTION '% of % is refused: the audit trail only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Records leave it by DataHub''s archive only.';
END $$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['audit', 'audit_archives'] LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ('observability.' || guarded)::regclass AND tgname = guarded || '_rows') THEN
            EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON observability.%I FOR EACH ROW EXECUTE FUNCTION observability.refuse_audit_change()', guarded || '_rows', guarded);
            EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON observability.%I FOR EACH STATEMENT EXECUTE FUNCTION observability.refuse_audit_change()', guarded || '_all', guarded);
            -- Also for sessions that replay a replication stream, which fire no ordinary triggers.
            EXECUTE format('ALTER TABLE observability.%I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_rows');
            EXECUTE format('ALTER TABLE observability.%I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_all');
        END IF;
    END LOOP;
END $$;

-- The one way in which records leave the table: those that a signed archive covers.
CREATE OR REPLACE FUNCTION observability.remove_archived_audit(tenant uuid, up_to bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    removed bigint;
BEGIN
    PERFORM set_config('datahub.audit_archiving', tenant::text, true);
    DELETE FROM observability.audit WHERE tenant_id = tenant AND sequence <= up_to;
    GET DIAGNOSTICS removed = ROW_COUNT;
    PERFORM set_config('datahub.audit_archiving', '', true);
    RETURN removed;
END $$;
