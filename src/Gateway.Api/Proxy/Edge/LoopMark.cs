using DataHub.Application.Abstractions;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>
/// The name by which this process knows requests that it has forwarded before: it stands in <c>CDN-Loop</c> of everything that is sent to an upstream
/// (RFC 8586). <c>Via</c> would do as well, but makes widespread servers answer without compression.
/// </summary>
internal sealed class LoopMark
{
    /// <summary>The field that carries it.</summary>
    public const string Field = "CDN-Loop";

    private const int RandomBytes = 8;

    /// <summary>Makes the name.</summary>
    /// <param name="random">Asked once; two processes must not have the same name.</param>
    public LoopMark(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[RandomBytes];
        random.Fill(bytes);
        Value = "datahub-" + Convert.ToHexStringLower(bytes);
    }

    /// <summary>The name: a token of <c>datahub-</c> and 16 hexadecimal digits.</summary>
    public string Value { get; }

    /// <summary>Whether a request was forwarded by this process before.</summary>
    /// <param name="values">The values of <see cref="Field"/>.</param>
    public bool StandsIn(StringValues values)
    {
        foreach (var value in values)
        {
            if (value?.Contains(Value, StringComparison.Ordinal) == true)
            {
                return true;
            }
        }

        return false;
    }
}
