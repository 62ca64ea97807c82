using System.Globalization;
using System.Text;

namespace DataHub.TestKit.StructuredFields;

/// <summary>One member of a list: a bare item and its parameters, in order.</summary>
public sealed record StructuredItem(object Value, IReadOnlyList<KeyValuePair<string, object>> Parameters)
{
    public object this[string parameter] => Parameters.Single(p => p.Key == parameter).Value;
}

/// <summary>
/// Reads RFC 9651 lists of items strictly, following the algorithms of §4.2 step by step. Shares nothing with the code that writes them.
/// Strings are <see cref="string"/>, integers <see cref="long"/>, decimals <see cref="decimal"/>, booleans <see cref="bool"/>, byte
/// sequences byte arrays, tokens <see cref="Token"/>.
/// </summary>
public sealed class StructuredFieldParser
{
    private readonly string _text;
    private int _at;

    private StructuredFieldParser(string text) => _text = text;

    public sealed record Token(string Text);

    private bool AtEnd => _at >= _text.Length;

    /// <summary>Reads a list (§4.2.1) without inner lists; throws FormatException on any deviation.</summary>
    public static IReadOnlyList<StructuredItem> ParseList(string text)
    {
        if (text.Any(c => c > '\x7F'))
        {
            throw new FormatException("A structured field is ASCII.");
        }

        var parser = new StructuredFieldParser(text.Trim(' '));
        var members = new List<StructuredItem>();
        while (!parser.AtEnd)
        {
            members.Add(parser.ParseItem());
            parser.SkipOptionalWhitespace();
            if (parser.AtEnd)
            {
                return members;
            }

            parser.Expect(',');
            parser.SkipOptionalWhitespace();
            if (parser.AtEnd)
            {
                throw new FormatException("A list must not end in a comma.");
            }
        }

        return members;
    }

    private StructuredItem ParseItem()
    {
        var value = ParseBareItem();
        var parameters = new List<KeyValuePair<string, object>>();
        while (!AtEnd && _text[_at] == ';')
        {
            _at++;
            while (!AtEnd && _text[_at] == ' ')
            {
                _at++;
            }

            var key = ParseKey();
            object parameter = true;
            if (!AtEnd && _text[_at] == '=')
            {
                _at++;
                parameter = ParseBareItem();
            }

            parameters.RemoveAll(p => p.Key == key);
            parameters.Add(new(key, parameter));
        }

        return new StructuredItem(value, parameters);
    }

    private string ParseKey()
    {
        var from = _at;
        if (AtEnd || !(char.IsAsciiLetterLower(_text[_at]) || _text[_at] == '*'))
        {
            throw new FormatException($"No key at {_at}.");
        }

        while (!AtEnd && (char.IsAsciiLetterLower(_text[_at]) || char.IsAsciiDigit(_text[_at]) || _text[_at] is '_' or '-' or '.' or '*'))
        {
            _at++;
        }

        return _text[from.._at];
    }

    private object ParseBareItem() => AtEnd ? throw new FormatException("An item is missing.") : _text[_at] switch
    {
        '-' or (>= '0' and <= '9') => ParseNumber(),
        '"' => ParseString(),
        ':' => ParseBytes(),
        '?' => ParseBoolean(),
        '*' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => ParseToken(),
        _ => throw new FormatException($"'{_text[_at]}' begins no item."),
    };

    private object ParseNumber()
    {
        var from = _at;
        if (_text[_at] == '-')
        {
            _at++;
        }

        var digits = _at;
        while (!AtEnd && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == digits)
        {
            throw new FormatException("A number without digits.");
        }

        if (AtEnd || _text[_at] != '.')
        {
            return _at - digits <= 15 ? long.Parse(_text[from.._at], CultureInfo.InvariantCulture) : throw new FormatException("More than 15 digits.");
        }

        var point = _at++;
        while (!AtEnd && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        return point - digits <= 12 && _at - point - 1 is >= 1 and <= 3
            ? decimal.Parse(_text[from.._at], CultureInfo.InvariantCulture)
            : throw new FormatException("A decimal has at most 12 and 1 to 3 digits.");
    }

    private string ParseString()
    {
        Expect('"');
        var text = new StringBuilder();
        while (!AtEnd)
        {
            var c = _text[_at++];
            switch (c)
            {
                case '"':
                    return text.ToString();
                case '\\' when !AtEnd && (_text[_at] is '"' or '\\'):
                    text.Append(_text[_at++]);
                    break;
                case '\\' or < ' ' or > '~':
                    throw new FormatException($"A string cannot hold this at {_at - 1}.");
                default:
                    text.Append(c);
                    break;
            }
        }

        throw new FormatException("A string does not end.");
    }

    private byte[] ParseBytes()
    {
        Expect(':');
        var end = _text.IndexOf(':', _at);
        var bytes = end < 0 ? throw new FormatException("A byte sequence does not end.") : Convert.FromBase64String(_text[_at..end]);
        _at = end + 1;
        return bytes;
    }

    private bool ParseBoolean()
    {
        Expect('?');
        return !AtEnd && (_text[_at] is '0' or '1') ? _text[_at++] == '1' : throw new FormatException("A boolean is ?0 or ?1.");
    }

    private Token ParseToken()
    {
        var from = _at++;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(_text[_at]) || "!#$%&'*+-.^_`|~:/".Contains(_text[_at], StringComparison.Ordinal)))
        {
            _at++;
        }

        return new Token(_text[from.._at]);
    }

    private void SkipOptionalWhitespace()
    {
        while (!AtEnd && (_text[_at] is ' ' or '\t'))
        {
            _at++;
        }
    }

    private void Expect(char c)
    {
        if (AtEnd || _text[_at] != c)
        {
            throw new FormatException($"'{c}' expected at {_at}.");
        }

        _at++;
    }
}
