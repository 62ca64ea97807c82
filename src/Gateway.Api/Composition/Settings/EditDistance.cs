namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>Finds the word that was probably meant.</summary>
internal static class EditDistance
{
    /// <summary>The sentence <c>Did you mean X?</c> with a blank in front, or nothing when no candidate is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What is known.</param>
    /// <param name="print">How a candidate is shown.</param>
    public static string DidYouMean(string word, IEnumerable<string> candidates, Func<string, string> print)
    {
        var best = candidates
            .Select(candidate => (candidate, distance: Between(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(c => c.distance)
            .FirstOrDefault((candidate: "", distance: int.MaxValue));
        return best.distance <= Math.Max(2, word.Length / 3) ? $" Did you mean {print(best.candidate)}?" : "";
    }

    /// <summary>Fewest insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    /// <param name="a">A word.</param>
    /// <param name="b">A word.</param>
    public static int Between(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
