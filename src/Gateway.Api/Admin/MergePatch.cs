using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataHub.Gateway.Api.Admin;

/// <summary>JSON merge patch (RFC 7396) over the replacement body of a resource: PATCH is a PUT of the patched state.</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <typeparam name="TBody">The body that PUT takes.</typeparam>
    /// <param name="current">The state as PUT would write it.</param>
    /// <param name="patch">The patch; must be an object.</param>
    /// <returns>The patched body.</returns>
    /// <exception cref="BadHttpRequestException">The patch leads to a body that PUT would not read either.</exception>
    /// <exception cref="Domain.SharedKernel.DomainException">It leads to one that breaks the <see cref="BodyRules"/>.</exception>
    public static TBody Apply<TBody>(TBody current, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            throw new BadHttpRequestException("A merge patch must be a JSON object.", StatusCodes.Status400BadRequest);
        }

        var target = JsonSerializer.SerializeToNode(current, AdminJson.Options);
        TBody body;
        try
        {
            body = Merge(target, JsonObject.Create(patch)).Deserialize<TBody>(AdminJson.Options)!;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw JsonText.NotUnicode(e);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The patched resource is not valid.", StatusCodes.Status400BadRequest, e);
        }

        BodyRules.Check(body!);
        return body;
    }

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                // Null removes (RFC 7396 §2): the body's own default applies.
                result.Remove(name);
            }
            else
            {
                result[name] = Merge(result[name]?.DeepClone(), value);
            }
        }

        return result;
    }
}
