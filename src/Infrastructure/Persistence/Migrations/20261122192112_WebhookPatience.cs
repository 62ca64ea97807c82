using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class WebhookPatience : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Since when the attempts in a row that are not used up go on; null: the last one was used up, or there is none.
            migrationBuilder.Sql("ALTER TABLE webhooks.deliveries ADD COLUMN IF NOT EXISTS uncounted_since timestamptz;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE webhooks.deliveries DROP COLUMN IF EXISTS uncounted_since;");
        }
    }
}
