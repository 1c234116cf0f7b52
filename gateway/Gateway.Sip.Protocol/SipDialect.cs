namespace Gateway.Sip.Protocol;

/// <summary>
/// How one kind of peer differs from the RFCs, as a value. Parsing is equally tolerant towards all; a dialect rules what we send and expect.
/// </summary>
public sealed record SipDialect
{
    public static readonly SipDialect Ocs2007R2 = new() { Name = "ocs2007r2", IsMicrosoft = true };

    public static readonly SipDialect Lync2010 = new() { Name = "lync2010", IsMicrosoft = true };

    public static readonly SipDialect Lync2013 = new() { Name = "lync2013", IsMicrosoft = true };

    public static readonly SipDialect Sfb2015 = new() { Name = "sfb2015", IsMicrosoft = true };

    public static readonly SipDialect Generic = new()
    {
        Name = "generic", MessageOutsideDialog = true, TypingByComposing = true, Avoids6xx = false, MessageCharsMax = 32_000, AnswersKeepAlive = true,
    };

    public static readonly IReadOnlyList<SipDialect> All = [Ocs2007R2, Lync2010, Lync2013, Sfb2015, Generic];

    public required string Name { get; init; }

    /// <summary>Speaks the Microsoft extensions: piggyback, KeyboardActivity, ms-diagnostics.</summary>
    public bool IsMicrosoft { get; init; }

    /// <summary>Shows text/html in a MESSAGE, where its accept-types name it too (field fact C4).</summary>
    public bool ShowsHtml => IsMicrosoft;

    /// <summary>Takes a MESSAGE outside a dialog (RFC 3428 pager mode); Microsoft users do not (field fact C4).</summary>
    public bool MessageOutsideDialog { get; init; }

    /// <summary>Whether RFC 3994 may be sent when the peer's accept-types say nothing about it.</summary>
    public bool TypingByComposing { get; init; }

    /// <summary>6xx would end all forks of the peer's user, 401 and 407 start authentication: give their 4xx neighbours instead (field fact D4).</summary>
    public bool Avoids6xx { get; init; } = true;

    /// <summary>A double CRLF is answered with one (RFC 5626 §3.5.1); a Microsoft peer expects silence (field fact A6).</summary>
    public bool AnswersKeepAlive { get; init; }

    /// <summary>Text of one MESSAGE; longer text is split on line ends.</summary>
    public int MessageCharsMax { get; init; } = 8_000;

    public static SipDialect? ByName(string name) => All.FirstOrDefault(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase));
}
