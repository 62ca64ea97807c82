-- The tenant that everything belongs to until another one is made; its id is TenantId.Default.
INSERT INTO access.tenants (id, name, display_name, hosts, metadata, version, created_at, updated_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'default', '', '{}', '{}', 1, now(), now())
ON CONFLICT (id) DO NOTHING;
