using DataHub.TestKit.Waiting;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>Tests that count within one window must not see the next one begin.</summary>
internal static class WindowEnd
{
    /// <summary>Returns when the window (UTC) lasts for another minute.</summary>
    public static Task AvoidAsync(int windowSeconds) => Eventually.TrueAsync(
        () => windowSeconds - (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % windowSeconds) > 60, "the window does not end within the test", TimeSpan.FromSeconds(65));
}
