using System.Net;
using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>One system under test: how it is started, called and asked.</summary>
internal abstract class GatewaySystem(BenchEnvironment environment) : IAsyncDisposable
{
    /// <summary>Length of the upstream's answer in bytes.</summary>
    public const int AnswerBytes = 127;

    private ChildProcess? _process;

    /// <summary>The name of its row.</summary>
    public abstract string Name { get; }

    /// <summary>True for systems that compile while they run and so need a long warm-up.</summary>
    public virtual bool CompilesAtRunTime => true;

    /// <summary>True when the first seconds after a start get a row of their own.</summary>
    public virtual bool HasColdRow => false;

    /// <summary>True when half load is measured as well.</summary>
    public virtual bool HasHalfRow => true;

    /// <summary>The key that is sent. All systems get one, so that all read the same bytes.</summary>
    public virtual string ApiKey => "dh_live_0123456789abcdefghijklmnop";

    /// <summary>Where requests go.</summary>
    public Uri Url => new($"http://127.0.0.1:{Port}/gateway/orders/items/42");

    /// <summary>The port that it listens on.</summary>
    public int Port { get; } = Commands.FreePort();

    /// <summary>The id of its first process.</summary>
    public int ProcessId => Process.Id;

    protected BenchEnvironment Environment { get; } = environment;

    protected string Folder => Path.Combine(Environment.Options.Work, Name);

    protected ChildProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not running.");

    /// <summary>Starts it and waits until it forwards.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        _process = await LaunchAsync(cancellationToken);
        await Process.UntilReadyAsync(() => IsReadyAsync(cancellationToken), cancellationToken);
        await SetUpAsync(cancellationToken);
        await CheckAsync(cancellationToken);
    }

    /// <summary>Bytes allocated on the managed heap since the start; null where there is none.</summary>
    public virtual Task<long?> AllocatedBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>Looks for work that the system claims to do for every request but left undone under load.</summary>
    /// <exception cref="BenchException">It did; its figures would flatter.</exception>
    public virtual Task EnsureNothingLeftUndoneAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>Starts the process.</summary>
    protected abstract Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken);

    /// <summary>Whether it accepts requests.</summary>
    protected virtual Task<bool> IsReadyAsync(CancellationToken cancellationToken) => Commands.ListensAsync(Port);

    /// <summary>Gives it its routes and keys, where that is done over HTTP.</summary>
    protected virtual Task SetUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url);
        request.Headers.Add("X-API-Key", ApiKey);
        using var response = await Environment.Http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK || body.Length != AnswerBytes)
        {
            throw new BenchException($"{Name} answered {(int)response.StatusCode} instead of the upstream's answer: {body}\n{Process.LogEnd()}");
        }
    }
}
