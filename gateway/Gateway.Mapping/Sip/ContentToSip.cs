using System.Text;
using Gateway.Federation;
using Gateway.Mapping.Text;

namespace Gateway.Mapping.Sip;

/// <summary>Neutral messages as bodies of SIP MESSAGE requests: plain text in UTF-8 with CRLF line ends, long ones in several.</summary>
public static class ContentToSip
{
    public const string ContentType = "text/plain; charset=UTF-8";

    /// <summary>The bodies to send one after the other, never none.</summary>
    public static IReadOnlyList<byte[]> Bodies(MessageContent content, int charsMax = TextSplitter.CharsMaxDefault)
    {
        if (content.Body.Length <= charsMax) return [Encode(content.Body)];
        var pieces = TextSplitter.Split(content.Body, charsMax);
        var bodies = new byte[pieces.Count][];
        for (var i = 0; i < bodies.Length; i++) bodies[i] = Encode(pieces[i]);
        return bodies;
    }

    /// <summary>One body, whatever its length.</summary>
    public static byte[] Encode(string body) => Encoding.UTF8.GetBytes(LineEnds.ToCrLf(body));
}
