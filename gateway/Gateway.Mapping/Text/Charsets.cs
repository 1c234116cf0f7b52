using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>Character sets by name or code page. What is unknown is read as UTF-8, which shows most of it; nothing a peer writes here throws.</summary>
internal static class Charsets
{
    private const int NameCharsMax = 40;

    public static Encoding Find(string? name)
    {
        if (name is null || name.Length is 0 or > NameCharsMax) return Encoding.UTF8;
        return name.Trim('\'', '"', ' ').ToLowerInvariant() switch
        {
            "utf-8" or "utf8" or "us-ascii" => Encoding.UTF8,
            "iso-8859-1" or "latin1" => Encoding.Latin1,
            "utf-16" or "utf-16le" or "unicode" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            { } other => Known(() => CodePagesEncodingProvider.Instance.GetEncoding(other)),
        };
    }

    public static Encoding Find(int codePage) => codePage == 65_001 ? Encoding.UTF8 : Known(() => CodePagesEncodingProvider.Instance.GetEncoding(codePage));

    private static Encoding Known(Func<Encoding?> find)
    {
        try
        {
            return find() ?? Encoding.UTF8;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8;
        }
    }
}
