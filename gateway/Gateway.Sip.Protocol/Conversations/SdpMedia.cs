namespace Gateway.Sip.Protocol.Conversations;

/// <summary>One m-line with its attributes (RFC 4566 §5.14). Of Microsoft offers only media, port and accept-types mean anything.</summary>
public sealed record SdpMedia(string Media, int Port, string Protocol, string Format, IReadOnlyList<string> Attributes)
{
    /// <summary><c>message</c>, or <c>x-ms-message</c> of LCS 2005, over SIP itself.</summary>
    public bool IsMessage =>
        Port > 0 && Protocol.Equals("sip", StringComparison.OrdinalIgnoreCase)
        && (Media.Equals("message", StringComparison.OrdinalIgnoreCase) || Media.Equals("x-ms-message", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether accept-types name HTML itself; a wildcard promises nothing of how it is shown.</summary>
    public bool NamesHtml => AcceptTypes.Contains("text/html", StringComparer.OrdinalIgnoreCase);

    /// <summary>Types of <c>a=accept-types</c>; a trailing blank is normal.</summary>
    public IReadOnlyList<string> AcceptTypes
    {
        get
        {
            foreach (var attribute in Attributes)
            {
                if (attribute.StartsWith("accept-types:", StringComparison.OrdinalIgnoreCase))
                    return attribute["accept-types:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            }

            return [];
        }
    }
}
