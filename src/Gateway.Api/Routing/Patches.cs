using System.Globalization;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Admin;

namespace DataHub.Gateway.Api.Routing;

/// <summary>PATCH as a PUT of the patched state, bound to the version that was patched.</summary>
internal static class Patches
{
    /// <summary>Applies a merge patch.</summary>
    /// <typeparam name="TBody">The body that PUT takes.</typeparam>
    /// <param name="write">The caller's precondition; without one, the version read becomes it, so that no change in between is lost.</param>
    /// <param name="current">The state as PUT would write it.</param>
    /// <param name="version">The version of that state.</param>
    /// <param name="patch">The patch.</param>
    public static TBody Apply<TBody>(WriteContext write, TBody current, long version, JsonElement patch)
    {
        write.IfMatch ??= [$"\"{version.ToString(CultureInfo.InvariantCulture)}\""];
        return MergePatch.Apply(current, patch);
    }
}
