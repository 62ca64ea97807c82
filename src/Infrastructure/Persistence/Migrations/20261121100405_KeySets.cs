using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class KeySets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "issuer_key_sets",
                schema: "access",
                columns: table => new
                {
                    issuer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    place = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    keys = table.Column<byte[]>(type: "bytea", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_issuer_key_sets", x => x.issuer_id);
                    table.ForeignKey(
                        name: "fk_issuer_key_sets_token_issuers_issuer_id",
                        column: x => x.issuer_id,
                        principalSchema: "access",
                        principalTable: "token_issuers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            // What EF Core cannot express stands in .sql files beside the code that uses it; each may run twice.
            foreach (var script in new[] { "Idempotency", "RequestLogs" })
            {
                migrationBuilder.Sql(SchemaScripts.Read(script));
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "issuer_key_sets",
                schema: "access");
        }
    }
}
