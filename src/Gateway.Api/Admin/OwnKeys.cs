namespace DataHub.Gateway.Api.Admin;

/// <summary>Marks endpoints that keep idempotency keys themselves, together with what the request makes; the general store is left out.</summary>
internal sealed class OwnKeys
{
    /// <summary>The mark.</summary>
    public static readonly OwnKeys Mark = new();
}
