using System.Globalization;

namespace DataHub.Bench.CrashTest;

/// <summary>What is killed.</summary>
internal enum Victim
{
    Process,
    Postgres,
    RabbitMq,

    /// <summary>Nothing is killed: a gateway stands still for longer than its leases, and goes on.</summary>
    Pause,
}

/// <summary>What the run does.</summary>
/// <param name="Gateway">The published gateway: <c>DataHub.Gateway.Api.dll</c>.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Events">Events of a round.</param>
/// <param name="Victims">What is killed, in turn.</param>
/// <param name="Seed">Of the random points.</param>
internal sealed record CrashOptions(string Gateway, int Rounds, int Events, IReadOnlyList<Victim> Victims, int Seed)
{
    public static CrashOptions Parse(string[] args)
    {
        var options = new CrashOptions("", 3, 200, [Victim.Process, Victim.Postgres, Victim.RabbitMq, Victim.Pause], Environment.TickCount);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = args[i] switch
            {
                "--gateway" => options with { Gateway = args[i + 1] },
                "--rounds" => options with { Rounds = Number(args[i + 1]) },
                "--events" => options with { Events = Number(args[i + 1]) },
                "--seed" => options with { Seed = Number(args[i + 1]) },
                "--kill" => options with { Victims = [.. args[i + 1].Split(',').Select(v => Enum.Parse<Victim>(v, ignoreCase: true))] },
                _ => throw new ArgumentException($"unknown argument {args[i]}"),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
