using System.Text;
using Gateway.Federation;
using Gateway.Mapping.Text;

namespace Gateway.Mapping.Sip;

/// <summary>
/// Neutral messages as bodies of SIP MESSAGE requests: plain text in UTF-8 with CRLF line ends, long ones in several; or, for a peer that shows it, the message's form as HTML.
/// </summary>
public static class ContentToSip
{
    public const string ContentType = "text/plain; charset=UTF-8";

    private const int LanguageCharsMax = 35;

    public const string HtmlType = "text/html; charset=UTF-8";

    /// <summary>The bodies to send one after the other, never none.</summary>
    public static IReadOnlyList<byte[]> Bodies(MessageContent content, int charsMax = TextSplitter.CharsMaxDefault)
    {
        if (content.Body.Length <= charsMax) return [Encode(content.Body)];
        var pieces = TextSplitter.Split(content.Body, charsMax);
        var bodies = new byte[pieces.Count][];
        for (var i = 0; i < bodies.Length; i++) bodies[i] = Encode(pieces[i]);
        return bodies;
    }

    /// <summary>
    /// The same message as HTML, or null where plain text says as much or the markup is too long for one message: it is never cut, the plain text is. The markup was made of the few
    /// elements of XEP-0071 §7, so it holds no script and nothing that is fetched.
    /// </summary>
    public static byte[]? Html(MessageContent content, int charsMax = TextSplitter.CharsMaxDefault) =>
        content.Xhtml is { Length: > 0 } markup && markup.Length + 11 <= charsMax && content.Body.Length <= charsMax ? Encoding.UTF8.GetBytes($"<DIV>{markup}</DIV>") : null;

    /// <summary>The language for <c>Content-Language</c> (RFC 7572 §8): null where nothing is told, or what is told is no language tag.</summary>
    public static string? Language(MessageContent content)
    {
        if (content.Language is not { Length: > 0 and <= LanguageCharsMax } language) return null;
        foreach (var c in language)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return null;
        return language;
    }

    /// <summary>One body, whatever its length.</summary>
    public static byte[] Encode(string body) => Encoding.UTF8.GetBytes(LineEnds.ToCrLf(body));
}
