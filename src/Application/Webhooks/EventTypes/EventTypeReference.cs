using System.Globalization;
using System.Text;
using DataHub.Domain.Webhooks.Events;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>Writes <c>docs/reference/event-types.md</c> from the registry, so that the page cannot differ from it.</summary>
public static class EventTypeReference
{
    /// <summary>The page.</summary>
    /// <returns>Markdown.</returns>
    public static string Write()
    {
        var page = new StringBuilder("""
            # Event types

            The gateway's own events. Those that a tenant publishes itself are under `/api/v1/webhooks/event-types`, where these are too, each with its JSON Schema. Every event
            arrives as `{"type": …, "timestamp": …, "data": …}`; below is what stands in `data`. Members may be added in later versions; none goes and none changes its meaning.

            A key holder gets `key.*` of its own consumer, with the scope `key:read`; the other events on this page are for administrators.


            """.ReplaceLineEndings("\n"));
        foreach (var type in BuiltInEventTypes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"## `{type.Name}`\n\n{type.Description}{(type.OptIn ? " Opt-in." : "")}{(type.Raised ? "" : " Registered; nothing raises it in this version.")}\n\n");
            page.Append("| member | type | |\n|---|---|---|\n");
            foreach (var field in type.Fields)
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {field.Type}{(field.Required ? "" : ", optional")} | {field.Description} |\n");
            }

            page.Append(CultureInfo.InvariantCulture, $"\n```json\n{BuiltInEventSchema.ExampleOf(type)}\n```\n\n");
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }
}
