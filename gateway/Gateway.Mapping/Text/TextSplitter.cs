using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>
/// Cuts a long text into messages of bounded length: at a line end where one lies in the second half of the piece (that line end is spent), else after a blank, else between two characters
/// as a reader sees them, so that no emoji, accent or surrogate pair is torn.
/// </summary>
public static class TextSplitter
{
    /// <summary>What Microsoft clients are sent at most in one message (field fact C5); the true limit is not public.</summary>
    public const int CharsMaxDefault = 8_000;

    public static IReadOnlyList<string> Split(string text, int charsMax = CharsMaxDefault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(charsMax, 2);
        if (text.Length <= charsMax) return [text];
        var pieces = new List<string>((text.Length / charsMax) + 1);
        var rest = text.AsSpan();
        while (rest.Length > charsMax)
        {
            var cut = FindCut(rest, charsMax, out var spent);
            if (cut > 0) pieces.Add(rest[..cut].ToString());
            rest = rest[(cut + spent)..];
        }

        if (!rest.IsEmpty) pieces.Add(rest.ToString());
        return pieces;
    }

    private static int FindCut(ReadOnlySpan<char> rest, int charsMax, out int spent)
    {
        spent = 0;
        var window = rest[..(charsMax + 1)];
        var line = window.LastIndexOf('\n');
        if (line >= charsMax / 2)
        {
            spent = 1;
            return line;
        }

        var blank = window[..charsMax].LastIndexOf(' ');
        return blank >= charsMax / 2 ? blank + 1 : BetweenCharacters(rest, charsMax);
    }

    private static int BetweenCharacters(ReadOnlySpan<char> rest, int charsMax)
    {
        var cut = 0;
        while (true)
        {
            var length = StringInfo.GetNextTextElementLength(rest[cut..]);
            if (length == 0 || cut + length > charsMax) break;
            cut += length;
        }

        if (cut > 0) return cut;

        // One character with more marks than a message holds: cut between code points, and never a pair.
        return char.IsHighSurrogate(rest[charsMax - 1]) ? charsMax - 1 : charsMax;
    }
}
