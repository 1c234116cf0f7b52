using System.Text.Json;

namespace Gateway.Host.Configuration.Editing;

/// <summary>One element of a list in a text, or one member of an object (from its name on): where it begins and where it ends, in bytes.</summary>
internal sealed record JsonItem(int Start, int End);

/// <summary>A list or object in a text: where its brackets stand, and what is in it.</summary>
internal sealed record JsonSpan(int Open, int Close, IReadOnlyList<JsonItem> Items);

/// <summary>Finds where things stand in a JSON text with comments and trailing commas, so that one of them can be changed and every other byte stays as the operator wrote it.</summary>
internal static class JsonPlaces
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The outermost object of a good text.</summary>
    public static JsonSpan Root(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, Options);
        reader.Read();
        return Span(ref reader);
    }

    /// <summary>The list that is the member <paramref name="name"/> of the outermost object; null where it has none.</summary>
    public static JsonSpan? List(ReadOnlySpan<byte> text, string name)
    {
        var reader = new Utf8JsonReader(text, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt && reader.TokenType == JsonTokenType.StartArray) return Span(ref reader);
            reader.Skip();
        }

        return null;
    }

    /// <summary>The first byte from <paramref name="at"/> on that is neither white space nor in a comment.</summary>
    public static int SkipTrivia(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            if (IsSpace(text[at])) at++;
            else if (text[at..].StartsWith("//"u8)) at = EndOfLine(text, at);
            else if (text[at..].StartsWith("/*"u8)) at += text[at..].IndexOf("*/"u8) + 2;
            else break;
        }

        return at;
    }

    /// <summary>The white space before the line's first sign, where <paramref name="at"/> stands in that line.</summary>
    public static ReadOnlySpan<byte> IndentOf(ReadOnlySpan<byte> text, int at)
    {
        var start = StartOfLine(text, at);
        var end = start;
        while (end < at && text[end] is (byte)' ' or (byte)'\t') end++;
        return text[start..end];
    }

    public static int StartOfLine(ReadOnlySpan<byte> text, int at) => text[..at].LastIndexOf((byte)'\n') + 1;

    /// <summary>Where the line's end begins, before its line feed.</summary>
    public static int EndOfLine(ReadOnlySpan<byte> text, int at)
    {
        var length = text[at..].IndexOf((byte)'\n');
        return length < 0 ? text.Length : at + length;
    }

    public static bool IsSpace(byte sign) => sign is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static JsonSpan Span(ref Utf8JsonReader reader)
    {
        var open = (int)reader.TokenStartIndex;
        var items = new List<JsonItem>();
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.TokenType == JsonTokenType.PropertyName) reader.Read();
            reader.Skip();
            items.Add(new JsonItem(start, (int)reader.BytesConsumed));
        }

        return new JsonSpan(open, (int)reader.TokenStartIndex, items);
    }
}
