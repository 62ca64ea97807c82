using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "access");

            migrationBuilder.EnsureSchema(
                name: "routing");

            migrationBuilder.EnsureSchema(
                name: "traffic");

            migrationBuilder.CreateTable(
                name: "apis",
                schema: "routing",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    slug = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    description = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    base_path = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_apis", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "consumers",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    segment = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    owner = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    tier_id = table.Column<Guid>(type: "uuid", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    suspended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    suspended_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_consumers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rate_limit_tiers",
                schema: "traffic",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    is_default = table.Column<bool>(type: "boolean", nullable: false),
                    limits = table.Column<string>(type: "jsonb", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rate_limit_tiers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "upstreams",
                schema: "routing",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    load_balancing = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    destinations = table.Column<string>(type: "jsonb", nullable: false),
                    http_version = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    connect_timeout_ms = table.Column<int>(type: "integer", nullable: false),
                    timeout_seconds = table.Column<int>(type: "integer", nullable: false),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upstreams", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "api_keys",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    consumer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    environment = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    tier_id = table.Column<Guid>(type: "uuid", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    disabled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    created_by = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    allowed_ips = table.Column<string[]>(type: "text[]", nullable: false),
                    scopes = table.Column<string[]>(type: "text[]", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.id);
                    table.ForeignKey(
                        name: "fk_api_keys_consumers_consumer_id",
                        column: x => x.consumer_id,
                        principalSchema: "access",
                        principalTable: "consumers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "routes",
                schema: "routing",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    api_id = table.Column<Guid>(type: "uuid", nullable: false),
                    upstream_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    order = table.Column<int>(type: "integer", nullable: false),
                    hosts = table.Column<string>(type: "jsonb", nullable: false),
                    path = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    methods = table.Column<string>(type: "jsonb", nullable: false),
                    headers = table.Column<string>(type: "jsonb", nullable: false),
                    query = table.Column<string>(type: "jsonb", nullable: false),
                    auth = table.Column<string>(type: "jsonb", nullable: false),
                    required_scopes = table.Column<string>(type: "jsonb", nullable: false),
                    scope_match = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    tier_id = table.Column<Guid>(type: "uuid", nullable: true),
                    strip_prefix = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    path_rewrite = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    timeout_seconds = table.Column<double>(type: "double precision", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_routes", x => x.id);
                    table.ForeignKey(
                        name: "fk_routes_apis_api_id",
                        column: x => x.api_id,
                        principalSchema: "routing",
                        principalTable: "apis",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_routes_upstreams_upstream_id",
                        column: x => x.upstream_id,
                        principalSchema: "routing",
                        principalTable: "upstreams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "api_key_secrets",
                schema: "access",
                columns: table => new
                {
                    version = table.Column<int>(type: "integer", nullable: false),
                    api_key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    pepper_version = table.Column<int>(type: "integer", nullable: false),
                    prefix = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    last4 = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    not_after = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_key_secrets", x => new { x.api_key_id, x.version });
                    table.ForeignKey(
                        name: "fk_api_key_secrets_api_keys_api_key_id",
                        column: x => x.api_key_id,
                        principalSchema: "access",
                        principalTable: "api_keys",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_key_secrets_digest",
                schema: "access",
                table: "api_key_secrets",
                column: "digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_consumer_id",
                schema: "access",
                table: "api_keys",
                column: "consumer_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_created_at_id",
                schema: "access",
                table: "api_keys",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_tier_id",
                schema: "access",
                table: "api_keys",
                column: "tier_id",
                filter: "tier_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_apis_created_at_id",
                schema: "routing",
                table: "apis",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_apis_slug",
                schema: "routing",
                table: "apis",
                column: "slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_consumers_created_at_id",
                schema: "access",
                table: "consumers",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_consumers_name",
                schema: "access",
                table: "consumers",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_consumers_tier_id",
                schema: "access",
                table: "consumers",
                column: "tier_id",
                filter: "tier_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rate_limit_tiers_is_default",
                schema: "traffic",
                table: "rate_limit_tiers",
                column: "is_default",
                unique: true,
                filter: "is_default");

            migrationBuilder.CreateIndex(
                name: "ix_rate_limit_tiers_name",
                schema: "traffic",
                table: "rate_limit_tiers",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_routes_api_id_name",
                schema: "routing",
                table: "routes",
                columns: new[] { "api_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_routes_created_at_id",
                schema: "routing",
                table: "routes",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_routes_upstream_id",
                schema: "routing",
                table: "routes",
                column: "upstream_id");

            migrationBuilder.CreateIndex(
                name: "ix_upstreams_created_at_id",
                schema: "routing",
                table: "upstreams",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_upstreams_name",
                schema: "routing",
                table: "upstreams",
                column: "name",
                unique: true);

            // What EF Core cannot express stands in .sql files beside the code that uses it.
            foreach (var script in new[] { "Platform", "Idempotency", "Peppers", "Setup", "RequestLogs" })
            {
                migrationBuilder.Sql(SchemaScripts.Read(script));
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_key_secrets",
                schema: "access");

            migrationBuilder.DropTable(
                name: "rate_limit_tiers",
                schema: "traffic");

            migrationBuilder.DropTable(
                name: "routes",
                schema: "routing");

            migrationBuilder.DropTable(
                name: "api_keys",
                schema: "access");

            migrationBuilder.DropTable(
                name: "apis",
                schema: "routing");

            migrationBuilder.DropTable(
                name: "upstreams",
                schema: "routing");

            migrationBuilder.DropTable(
                name: "consumers",
                schema: "access");
        }
    }
}
