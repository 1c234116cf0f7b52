namespace Gateway.Sip.Protocol;

/// <summary>Bounds of one SIP message as received. They are applied before anything is parsed (RFC 3261 §26.3.2.4, design law 8).</summary>
public sealed record SipLimits
{
    public static readonly SipLimits Default = new();

    /// <summary>Start line, headers and the empty line. Embedded first messages travel base64 in one header, so this is generous.</summary>
    public int HeadBytesMax { get; init; } = 32 * 1024;

    public int BodyBytesMax { get; init; } = 64 * 1024;

    public int HeadersMax { get; init; } = 200;

    /// <summary>Longest single header line, folded lines counted together.</summary>
    public int HeaderBytesMax { get; init; } = 24 * 1024;

    public int ViaMax { get; init; } = 70;

    public int RouteMax { get; init; } = 32;

    public int RequestUriBytesMax { get; init; } = 4 * 1024;
}
