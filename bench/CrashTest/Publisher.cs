using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DataHub.Bench.CrashTest;

/// <summary>
/// Publishes events over the API. An answer that did not come is asked for again with the same idempotency key until it comes, as a careful producer does:
/// what was answered with 202 must arrive.
/// </summary>
internal sealed class Publisher(HttpClient http, IReadOnlyList<string> addresses)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private int _accepted;

    /// <summary>Events of the round that were accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public async Task<IReadOnlyList<string>> PublishAsync(int round, int count, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _accepted, 0);
        var ids = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            ids[i] = await PublishOneAsync($"round-{round}-{i}", i, token);
            Interlocked.Increment(ref _accepted);
        });
        return ids;
    }

    private async Task<string> PublishOneAsync(string key, int number, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(TimeSpan.FromSeconds(5));
                using var request = new HttpRequestMessage(HttpMethod.Post, addresses[(number + tries) % addresses.Count] + "/api/v1/webhooks/events")
                {
                    Content = JsonContent.Create(new { type = "crash.test", data = new { key, number } }),
                };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await http.SendAsync(request, limit.Token);
                if ((int)answer.StatusCode == 202)
                {
                    return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(limit.Token))!["data"]!["id"]!;
                }

                if ((int)answer.StatusCode is < 500 and not 409 and not 429)
                {
                    throw new InvalidOperationException($"Publishing was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(limit.Token)}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException && !cancellationToken.IsCancellationRequested)
            {
                // The gateway is gone just now, or its answer is.
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
