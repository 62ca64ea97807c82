using System.Globalization;

namespace DataHub.Domain.Routing.Routes;

/// <summary>What a parameter may be limited to; the meaning is ASP.NET Core's. Regular expressions are left out on purpose: they run on every request.</summary>
public static class SegmentConstraint
{
    /// <summary>The constraints that are known.</summary>
    public static readonly IReadOnlyList<string> Names = ["int", "long", "guid", "bool", "alpha"];

    /// <summary>Whether a segment satisfies a constraint.</summary>
    /// <param name="constraint">One of <see cref="Names"/>.</param>
    /// <param name="part">The segment.</param>
    /// <returns>True when it does.</returns>
    public static bool Accepts(string constraint, string part) => constraint switch
    {
        "int" => int.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        "long" => long.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        "guid" => Guid.TryParse(part, out _),
        "bool" => bool.TryParse(part, out _),
        _ => part.All(char.IsAsciiLetter),
    };
}
