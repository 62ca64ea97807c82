CREATE TABLE access.issuer_key_sets (
    issuer_id uuid NOT NULL,
    place character varying(64) NOT NULL,
    keys bytea NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_issuer_key_sets PRIMARY KEY (issuer_id),
    CONSTRAINT fk_issuer_key_sets_token_issuers_issuer_id FOREIGN KEY (issuer_id) REFERENCES access.token_issuers (id) ON DELETE CASCADE
);

-- script: Idempotency


-- script: RequestLogs


INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261121100405_KeySets', '10.0.14');
