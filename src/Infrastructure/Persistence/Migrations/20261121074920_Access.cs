using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Access : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_upstreams_name",
                schema: "routing",
                table: "upstreams");

            migrationBuilder.DropIndex(
                name: "ix_rate_limit_tiers_name",
                schema: "traffic",
                table: "rate_limit_tiers");

            migrationBuilder.DropIndex(
                name: "ix_consumers_name",
                schema: "access",
                table: "consumers");

            migrationBuilder.EnsureSchema(
                name: "webhooks");

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "routing",
                table: "upstreams",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "routing",
                table: "routes",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<bool>(
                name: "shared",
                schema: "traffic",
                table: "rate_limit_tiers",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "traffic",
                table: "rate_limit_tiers",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<Guid>(
                name: "owner_user_id",
                schema: "access",
                table: "consumers",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "access",
                table: "consumers",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "routing",
                table: "apis",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<string>(
                name: "api_permissions",
                schema: "access",
                table: "api_keys",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'{}'::jsonb");

            migrationBuilder.AddColumn<int>(
                name: "rotate_every_days",
                schema: "access",
                table: "api_keys",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "rotation_enforced",
                schema: "access",
                table: "api_keys",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "rotation_grace_seconds",
                schema: "access",
                table: "api_keys",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "tenant_id",
                schema: "access",
                table: "api_keys",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-7000-8000-000000000001"));

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "replaced_at",
                schema: "access",
                table: "api_key_secrets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "tenants",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    hosts = table.Column<string[]>(type: "text[]", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenants", x => x.id);
                });

            // What is there belongs to the default tenant from now on, and the seeded tiers serve all tenants.
            migrationBuilder.Sql(SchemaScripts.Read("Tenants"));
            migrationBuilder.Sql("UPDATE traffic.rate_limit_tiers SET shared = true WHERE name IN ('free', 'standard', 'partner', 'internal', 'unlimited');");

            migrationBuilder.CreateTable(
                name: "events",
                schema: "webhooks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_events_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "registrations",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    name = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    mail_domain = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    segment = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    purpose = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    address = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: true),
                    claim_digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    tier_id = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_by = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    consumer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    scopes = table.Column<string[]>(type: "text[]", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_registrations", x => x.id);
                    table.ForeignKey(
                        name: "fk_registrations_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "scopes",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    api_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(129)", maxLength: 129, nullable: false),
                    description = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scopes", x => x.id);
                    table.ForeignKey(
                        name: "fk_scopes_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "sign_up_codes",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    last4 = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    segment = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    tier_id = table.Column<Guid>(type: "uuid", nullable: true),
                    max_uses = table.Column<int>(type: "integer", nullable: false),
                    uses = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    note = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    scopes = table.Column<string[]>(type: "text[]", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sign_up_codes", x => x.id);
                    table.ForeignKey(
                        name: "fk_sign_up_codes_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "token_issuers",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    definition = table.Column<string>(type: "jsonb", nullable: false),
                    client_secret = table.Column<byte[]>(type: "bytea", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token_issuers", x => x.id);
                    table.ForeignKey(
                        name: "fk_token_issuers_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "users",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValue: new Guid("00000000-0000-7000-8000-000000000001")),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    email_key = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    role = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    global = table.Column<bool>(type: "boolean", nullable: false),
                    status = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    accepted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_sign_in_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.id);
                    table.ForeignKey(
                        name: "fk_users_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "access",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "external_identities",
                schema: "access",
                columns: table => new
                {
                    issuer = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_external_identities", x => new { x.issuer, x.subject });
                    table.ForeignKey(
                        name: "fk_external_identities_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "access",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "one_time_links",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    purpose = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    token_digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    spent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_one_time_links", x => x.id);
                    table.ForeignKey(
                        name: "fk_one_time_links_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "access",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sessions",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    method = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    address = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: false),
                    agent = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    refreshed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    refresh_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    successor = table.Column<byte[]>(type: "bytea", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    end_reason = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sessions", x => x.id);
                    table.ForeignKey(
                        name: "fk_sessions_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "access",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_credentials",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    password_hash = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    password_changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    totp_secret = table.Column<byte[]>(type: "bytea", nullable: true),
                    totp_confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    totp_last_step = table.Column<long>(type: "bigint", nullable: false),
                    recovery_codes = table.Column<List<byte[]>>(type: "bytea[]", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_credentials", x => x.id);
                    table.ForeignKey(
                        name: "fk_user_credentials_users_id",
                        column: x => x.id,
                        principalSchema: "access",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "refresh_tokens",
                schema: "access",
                columns: table => new
                {
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_refresh_tokens", x => x.digest);
                    table.ForeignKey(
                        name: "fk_refresh_tokens_sessions_session_id",
                        column: x => x.session_id,
                        principalSchema: "access",
                        principalTable: "sessions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_upstreams_tenant_id_name",
                schema: "routing",
                table: "upstreams",
                columns: new[] { "tenant_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_routes_tenant_id",
                schema: "routing",
                table: "routes",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_rate_limit_tiers_tenant_id_name",
                schema: "traffic",
                table: "rate_limit_tiers",
                columns: new[] { "tenant_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_consumers_owner_user_id",
                schema: "access",
                table: "consumers",
                column: "owner_user_id",
                filter: "owner_user_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_consumers_tenant_id_name",
                schema: "access",
                table: "consumers",
                columns: new[] { "tenant_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_apis_tenant_id",
                schema: "routing",
                table: "apis",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_tenant_id",
                schema: "access",
                table: "api_keys",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_key_secrets_prefix",
                schema: "access",
                table: "api_key_secrets",
                column: "prefix");

            migrationBuilder.CreateIndex(
                name: "ix_events_tenant_id_occurred_at_id",
                schema: "webhooks",
                table: "events",
                columns: new[] { "tenant_id", "occurred_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_external_identities_user_id",
                schema: "access",
                table: "external_identities",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_one_time_links_token_digest",
                schema: "access",
                table: "one_time_links",
                column: "token_digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_one_time_links_user_id",
                schema: "access",
                table: "one_time_links",
                column: "user_id",
                filter: "spent_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_expires_at",
                schema: "access",
                table: "refresh_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_session_id",
                schema: "access",
                table: "refresh_tokens",
                column: "session_id");

            migrationBuilder.CreateIndex(
                name: "ix_registrations_created_at_id",
                schema: "access",
                table: "registrations",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_registrations_tenant_id",
                schema: "access",
                table: "registrations",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_scopes_api_id_name",
                schema: "access",
                table: "scopes",
                columns: new[] { "api_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_scopes_tenant_id",
                schema: "access",
                table: "scopes",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_expires_at",
                schema: "access",
                table: "sessions",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id",
                schema: "access",
                table: "sessions",
                column: "user_id",
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_sign_up_codes_digest",
                schema: "access",
                table: "sign_up_codes",
                column: "digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sign_up_codes_tenant_id",
                schema: "access",
                table: "sign_up_codes",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "ix_tenants_name",
                schema: "access",
                table: "tenants",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_token_issuers_created_at_id",
                schema: "access",
                table: "token_issuers",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_token_issuers_tenant_id_name",
                schema: "access",
                table: "token_issuers",
                columns: new[] { "tenant_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_users_created_at_id",
                schema: "access",
                table: "users",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_users_email_key",
                schema: "access",
                table: "users",
                column: "email_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_users_tenant_id",
                schema: "access",
                table: "users",
                column: "tenant_id");

            migrationBuilder.AddForeignKey(
                name: "fk_api_keys_tenants_tenant_id",
                schema: "access",
                table: "api_keys",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_apis_tenants_tenant_id",
                schema: "routing",
                table: "apis",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_consumers_tenants_tenant_id",
                schema: "access",
                table: "consumers",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_consumers_users_owner_user_id",
                schema: "access",
                table: "consumers",
                column: "owner_user_id",
                principalSchema: "access",
                principalTable: "users",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_rate_limit_tiers_tenants_tenant_id",
                schema: "traffic",
                table: "rate_limit_tiers",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_routes_tenants_tenant_id",
                schema: "routing",
                table: "routes",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_upstreams_tenants_tenant_id",
                schema: "routing",
                table: "upstreams",
                column: "tenant_id",
                principalSchema: "access",
                principalTable: "tenants",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            // What EF Core cannot express stands in .sql files beside the code that uses it; each may run twice.
            foreach (var script in new[] { "Nodes", "RequestLogs", "Audit", "KeyLifecycle", "KeyTraffic", "SignIn" })
            {
                migrationBuilder.Sql(SchemaScripts.Read(script));
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_api_keys_tenants_tenant_id",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropForeignKey(
                name: "fk_apis_tenants_tenant_id",
                schema: "routing",
                table: "apis");

            migrationBuilder.DropForeignKey(
                name: "fk_consumers_tenants_tenant_id",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropForeignKey(
                name: "fk_consumers_users_owner_user_id",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropForeignKey(
                name: "fk_rate_limit_tiers_tenants_tenant_id",
                schema: "traffic",
                table: "rate_limit_tiers");

            migrationBuilder.DropForeignKey(
                name: "fk_routes_tenants_tenant_id",
                schema: "routing",
                table: "routes");

            migrationBuilder.DropForeignKey(
                name: "fk_upstreams_tenants_tenant_id",
                schema: "routing",
                table: "upstreams");

            migrationBuilder.DropTable(
                name: "events",
                schema: "webhooks");

            migrationBuilder.DropTable(
                name: "external_identities",
                schema: "access");

            migrationBuilder.DropTable(
                name: "one_time_links",
                schema: "access");

            migrationBuilder.DropTable(
                name: "refresh_tokens",
                schema: "access");

            migrationBuilder.DropTable(
                name: "registrations",
                schema: "access");

            migrationBuilder.DropTable(
                name: "scopes",
                schema: "access");

            migrationBuilder.DropTable(
                name: "sign_up_codes",
                schema: "access");

            migrationBuilder.DropTable(
                name: "token_issuers",
                schema: "access");

            migrationBuilder.DropTable(
                name: "user_credentials",
                schema: "access");

            migrationBuilder.DropTable(
                name: "sessions",
                schema: "access");

            migrationBuilder.DropTable(
                name: "users",
                schema: "access");

            migrationBuilder.DropTable(
                name: "tenants",
                schema: "access");

            migrationBuilder.DropIndex(
                name: "ix_upstreams_tenant_id_name",
                schema: "routing",
                table: "upstreams");

            migrationBuilder.DropIndex(
                name: "ix_routes_tenant_id",
                schema: "routing",
                table: "routes");

            migrationBuilder.DropIndex(
                name: "ix_rate_limit_tiers_tenant_id_name",
                schema: "traffic",
                table: "rate_limit_tiers");

            migrationBuilder.DropIndex(
                name: "ix_consumers_owner_user_id",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropIndex(
                name: "ix_consumers_tenant_id_name",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropIndex(
                name: "ix_apis_tenant_id",
                schema: "routing",
                table: "apis");

            migrationBuilder.DropIndex(
                name: "ix_api_keys_tenant_id",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropIndex(
                name: "ix_api_key_secrets_prefix",
                schema: "access",
                table: "api_key_secrets");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "routing",
                table: "upstreams");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "routing",
                table: "routes");

            migrationBuilder.DropColumn(
                name: "shared",
                schema: "traffic",
                table: "rate_limit_tiers");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "traffic",
                table: "rate_limit_tiers");

            migrationBuilder.DropColumn(
                name: "owner_user_id",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "access",
                table: "consumers");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "routing",
                table: "apis");

            migrationBuilder.DropColumn(
                name: "api_permissions",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "rotate_every_days",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "rotation_enforced",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "rotation_grace_seconds",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "tenant_id",
                schema: "access",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "replaced_at",
                schema: "access",
                table: "api_key_secrets");

            migrationBuilder.CreateIndex(
                name: "ix_upstreams_name",
                schema: "routing",
                table: "upstreams",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_rate_limit_tiers_name",
                schema: "traffic",
                table: "rate_limit_tiers",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_consumers_name",
                schema: "access",
                table: "consumers",
                column: "name",
                unique: true);
        }
    }
}
