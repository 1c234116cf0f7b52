using System.Text;

namespace Load.Xmpp;

/// <summary>Reads attributes off a tag.</summary>
internal static class StanzaText
{
    /// <summary>The start tag of a stanza, without its end.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> stanza) => stanza[..Math.Max(0, stanza.IndexOf((byte)'>'))];

    public static string? Attribute(ReadOnlySpan<byte> tag, string name)
    {
        Span<byte> pattern = stackalloc byte[name.Length + 3];
        pattern[0] = (byte)' ';
        _ = Encoding.ASCII.GetBytes(name, pattern[1..]);
        pattern[^2] = (byte)'=';
        foreach (var quote in "'\""u8)
        {
            pattern[^1] = quote;
            var start = tag.IndexOf(pattern);
            if (start < 0) continue;
            var value = tag[(start + pattern.Length)..];
            return Encoding.UTF8.GetString(value[..value.IndexOf(quote)]);
        }

        return null;
    }

    public static bool IsElement(ReadOnlySpan<byte> stanza, ReadOnlySpan<byte> name) =>
        stanza.Length > name.Length + 1 && stanza[1..].StartsWith(name) && stanza[name.Length + 1] is (byte)' ' or (byte)'>' or (byte)'/';
}
