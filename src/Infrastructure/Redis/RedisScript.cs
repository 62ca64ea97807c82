using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Redis;

/// <summary>A Lua script from the <c>.lua</c> file beside the code, called by its digest.</summary>
internal sealed class RedisScript
{
    private readonly string _text;
    private readonly byte[] _digest;

    /// <param name="fileName">Name of the embedded file, such as <c>limits.lua</c>.</param>
    public RedisScript(string fileName)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var name = assembly.GetManifestResourceNames().Single(n => n.EndsWith("." + fileName, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        _text = reader.ReadToEnd();

        // Redis names scripts by SHA-1 (EVALSHA); nothing is protected by it.
#pragma warning disable CA5350
        _digest = SHA1.HashData(Encoding.UTF8.GetBytes(_text));
#pragma warning restore CA5350
    }

    /// <summary>Runs the script: by digest, and by text once where the server does not know it (any more).</summary>
    public async Task<RedisResult> EvaluateAsync(IDatabase database, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(_digest, keys, values).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(_text, keys, values).ConfigureAwait(false);
        }
    }
}
