namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>What is measured, and how.</summary>
/// <param name="Gateway">The published gateway: <c>DataHub.Gateway.Api.dll</c>.</param>
/// <param name="Parts">Names of the parts; empty: all.</param>
/// <param name="Quick">Shorter, and a tenth of the waiting deliveries.</param>
/// <param name="Fsync">Whether PostgreSQL waits for its disk.</param>
/// <param name="RabbitMq">Whether doorbells go over RabbitMQ.</param>
/// <param name="Json">File for the figures; null: none.</param>
internal sealed record MeasureOptions(string Gateway, IReadOnlySet<string> Parts, bool Quick, bool Fsync, bool RabbitMq, string? Json)
{
    /// <summary>Seconds of an even pace.</summary>
    public int PaceSeconds => Quick ? 8 : 30;

    /// <summary>Rows of a backlog.</summary>
    /// <param name="full">How many in a full run.</param>
    public int Rows(int full) => Quick ? full / 10 : full;

    public static MeasureOptions Parse(string[] args)
    {
        var options = new MeasureOptions("", new HashSet<string>(), false, true, false, null);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" => options with { Quick = true },
                "--no-fsync" => options with { Fsync = false },
                "--rabbitmq" => options with { RabbitMq = true },
                "--gateway" => options with { Gateway = args[++i] },
                "--json" => options with { Json = args[++i] },
                "--only" => options with { Parts = args[++i].Split(',').ToHashSet(StringComparer.Ordinal) },
                _ => throw new ArgumentException($"unknown argument {args[i]}"),
            };
        }

        return options;
    }
}
