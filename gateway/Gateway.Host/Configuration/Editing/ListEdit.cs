using System.Text;

namespace Gateway.Host.Configuration.Editing;

/// <summary>Adds an element to a list in the configuration's text, or takes one out, and touches nothing else: comments, order, spelling and line ends stay.</summary>
internal static class ListEdit
{
    private const string Step = "  ";

    /// <summary>
    /// The text with one more element at the end of the list <paramref name="name"/>, which is made where it is missing. <paramref name="lines"/> are the element's own, without indent.
    /// </summary>
    public static byte[] Append(ReadOnlySpan<byte> text, string name, IReadOnlyList<string> lines)
    {
        if (JsonPlaces.List(text, name) is { } list) return AppendTo(text, list, lines);
        var member = new List<string> { $"\"{name}\": [" };
        member.AddRange(lines.Select(l => Step + l));
        member.Add("]");
        return AppendTo(text, JsonPlaces.Root(text), member);
    }

    /// <summary>The text without the element at <paramref name="index"/> of the list <paramref name="name"/>; comments beside it stay.</summary>
    public static byte[] Remove(ReadOnlySpan<byte> text, string name, int index)
    {
        var items = JsonPlaces.List(text, name)!.Items;
        var (start, end) = (items[index].Start, items[index].End);
        var comma = JsonPlaces.SkipTrivia(text, end);
        if (text[comma] != ',') comma = index > 0 ? JsonPlaces.SkipTrivia(text, items[index - 1].End) : -1;
        var left = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
            if (i != comma && (i < start || i >= end)) left.Add(text[i]);
        var gap = comma >= 0 && comma < start ? start - 1 : start;
        return WithoutBlankLine([.. left], gap);
    }

    private static byte[] AppendTo(ReadOnlySpan<byte> text, JsonSpan into, IReadOnlyList<string> lines)
    {
        var newLine = text.IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
        var outer = Encoding.UTF8.GetString(JsonPlaces.IndentOf(text, into.Open));
        var indent = IndentOfItems(text, into) ?? outer + Step;
        var last = into.Items.Count > 0 ? into.Items[^1].End : -1;
        var hasComma = last >= 0 && text[JsonPlaces.SkipTrivia(text, last)] == ',';

        // Behind everything that stands in the list, its last comment too: that comment's line ends with the first sign of what is put here.
        var at = into.Close;
        while (JsonPlaces.IsSpace(text[at - 1])) at--;
        var written = new StringBuilder();
        foreach (var line in lines) written.Append(newLine).Append(indent).Append(line);
        if (hasComma) written.Append(',');
        if (text[at..into.Close].IndexOf((byte)'\n') < 0) written.Append(newLine).Append(outer);

        var result = new List<byte>(text.Length + written.Length + 1);
        result.AddRange(last >= 0 ? text[..last] : text[..at]);
        if (last >= 0 && !hasComma) result.Add((byte)',');
        if (last >= 0) result.AddRange(text[last..at]);
        result.AddRange(Encoding.UTF8.GetBytes(written.ToString()));
        result.AddRange(text[at..]);
        return [.. result];
    }

    // As the last element stands, where it stands on a line of its own.
    private static string? IndentOfItems(ReadOnlySpan<byte> text, JsonSpan list)
    {
        if (list.Items.Count == 0) return null;
        var start = list.Items[^1].Start;
        var indent = JsonPlaces.IndentOf(text, start);
        return JsonPlaces.StartOfLine(text, start) + indent.Length == start ? Encoding.UTF8.GetString(indent) : null;
    }

    private static byte[] WithoutBlankLine(byte[] text, int at)
    {
        ReadOnlySpan<byte> all = text;
        var start = JsonPlaces.StartOfLine(all, at);
        var end = JsonPlaces.EndOfLine(all, at);
        foreach (var sign in all[start..end])
            if (!JsonPlaces.IsSpace(sign)) return text;
        return end == text.Length ? text : [.. all[..start], .. all[(end + 1)..]];
    }
}
