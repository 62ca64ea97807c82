using System.Diagnostics.Metrics;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>Shows how old the keys of each issuer are and how many tokens are remembered; looked at only when somebody asks.</summary>
internal sealed class TokenMetrics
{
    public TokenMetrics(IMeterFactory meters, IssuerRing issuers, TokenCache cache, TimeProvider clock)
    {
        var meter = meters.Create("DataHub.Access");
        meter.CreateObservableGauge("datahub.tokens.cached", () => cache.Count, description: "Verified tokens in memory.");
        meter.CreateObservableGauge("datahub.issuer.keys.age", () => AgesOf(issuers, clock), "s", "Seconds since the keys of an issuer were last downloaded; -1 while there are none.");
    }

    private static IEnumerable<Measurement<double>> AgesOf(IssuerRing issuers, TimeProvider clock)
    {
        foreach (var issuer in issuers.Current.Values.Where(i => i.Keys is not null))
        {
            var age = issuer.Keys!.FetchedAt is { } at ? Math.Max(0, (clock.GetUtcNow() - at).TotalSeconds) : -1;
            yield return new Measurement<double>(age, new KeyValuePair<string, object?>("issuer", issuer.Terms.IdText));
        }
    }
}
