ALTER TABLE webhooks.deliveries ADD COLUMN IF NOT EXISTS uncounted_since timestamptz;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122192112_WebhookPatience', '10.0.14');
