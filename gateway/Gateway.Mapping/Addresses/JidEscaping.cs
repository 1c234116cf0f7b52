using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Mapping.Addresses;

/// <summary>XEP-0106: the ten characters that a JID's local part cannot hold, as <c>\hh</c> in lower-case hex.</summary>
public static class JidEscaping
{
    private const string Escaped = " \"&'/:<>@";

    private static readonly SearchValues<char> NeedsCare = SearchValues.Create(Escaped + "\\");

    /// <summary>
    /// The local part that stands for <paramref name="natural"/>. False when there is none: it may neither begin nor end with a space (XEP-0106 §4.2).
    /// </summary>
    public static bool TryEscape(string natural, [NotNullWhen(true)] out string? local)
    {
        local = natural;
        if (natural.Length == 0 || natural[0] == ' ' || natural[^1] == ' ')
        {
            local = null;
            return false;
        }

        if (natural.AsSpan().IndexOfAny(NeedsCare) < 0) return true;
        var built = new StringBuilder(natural.Length + 8);
        for (var i = 0; i < natural.Length; i++)
        {
            var c = natural[i];
            if (Escaped.Contains(c)) built.Append('\\').Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));

            // A backslash is escaped only where what follows would be read as one of the sequences: c:\net stays, c:\5commas does not.
            else if (c == '\\' && IsSequence(natural.AsSpan(i), out _)) built.Append("\\5c");
            else built.Append(c);
        }

        local = built.ToString();
        return true;
    }

    /// <summary>What <paramref name="local"/> stands for.</summary>
    public static string Unescape(string local)
    {
        if (!local.Contains('\\')) return local;
        var built = new StringBuilder(local.Length);
        for (var i = 0; i < local.Length; i++)
        {
            if (local[i] == '\\' && IsSequence(local.AsSpan(i), out var c))
            {
                built.Append(c);
                i += 2;
            }
            else
            {
                built.Append(local[i]);
            }
        }

        return built.ToString();
    }

    // RFC 7247 §6.5 names three of the sequences, its general rule all; only lower-case hex counts.
    private static bool IsSequence(ReadOnlySpan<char> text, out char c)
    {
        c = '\0';
        if (text.Length < 3) return false;
        c = (text[1], text[2]) switch
        {
            ('2', '0') => ' ',
            ('2', '2') => '"',
            ('2', '6') => '&',
            ('2', '7') => '\'',
            ('2', 'f') => '/',
            ('3', 'a') => ':',
            ('3', 'c') => '<',
            ('3', 'e') => '>',
            ('4', '0') => '@',
            ('5', 'c') => '\\',
            _ => '\0',
        };
        return c != '\0';
    }
}
