namespace Gateway.Admin.Trace;

/// <summary>What an operator wants to follow (PSB-077): the connections of a peer, those that carry a domain, or one.</summary>
/// <param name="Subject">The peer's name, the domain in A-labels, or the number of one connection.</param>
/// <param name="Seconds">How long; never longer than <see cref="SecondsMax"/>, so that none is forgotten.</param>
/// <param name="ShowsBodies">Texts of users are shown too. Secrets never are.</param>
/// <param name="Who">Who asked, for the log.</param>
public sealed record TraceRequest(string Subject, int Seconds, bool ShowsBodies, string Who)
{
    public const int SecondsMax = 86_400;
}

/// <summary>One line of a trace.</summary>
/// <param name="Kind"><c>message</c>, <c>closed</c> (the connection ended), <c>lost</c> (messages that were not shown), <c>end</c>.</param>
/// <param name="At">When it crossed, or was seen.</param>
public sealed record TraceLine(string Kind, DateTimeOffset At)
{
    /// <summary><c>in</c> or <c>out</c>.</summary>
    public string Direction { get; init; } = "";

    /// <summary>Which connection, as the log names it.</summary>
    public string Connection { get; init; } = "";

    /// <summary>Bytes of the message on the wire, TLS taken off.</summary>
    public int Bytes { get; init; }

    /// <summary>The message without what is nobody's business, or words.</summary>
    public string Text { get; init; } = "";

    /// <summary>Messages that were not shown because the trace is read too slowly, or came too fast.</summary>
    public long Lost { get; init; }
}

/// <summary>One trace that runs, as <c>status</c> shows it.</summary>
public sealed record TraceStatus(string Subject, string Who, DateTimeOffset Since, bool ShowsBodies, long Lines, long Lost);
