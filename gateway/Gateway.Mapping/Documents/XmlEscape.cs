using System.Buffers;
using System.Text;

namespace Gateway.Mapping.Documents;

/// <summary>Writes text as XML 1.0 character data or attribute value. What XML forbids becomes U+FFFD: a note must never break its document.</summary>
internal static class XmlEscape
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\"'\r\n\t\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\uFFFE\uFFFF");

    public static void Append(StringBuilder output, ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(Special) is var at and >= 0)
        {
            output.Append(text[..at]);
            _ = text[at] switch
            {
                '&' => output.Append("&amp;"),
                '<' => output.Append("&lt;"),
                '>' => output.Append("&gt;"),
                '"' => output.Append("&quot;"),
                '\'' => output.Append("&#39;"),
                '\r' => output.Append("&#13;"),
                '\n' or '\t' => output.Append(text[at]),
                _ => output.Append('\uFFFD'),
            };
            text = text[(at + 1)..];
        }

        output.Append(text);
    }
}
