namespace Gateway.Mapping.Documents;

/// <summary>What a presence document said, before any table judged it: RFC 3863, its RPID in draft and final form, the data model's person, RFC 8048's <c>show</c>.</summary>
public sealed record PresenceDocument
{
    /// <summary>The presentity as written: with <c>sip:</c>, <c>pres:</c> or no scheme.</summary>
    public string Entity { get; init; } = "";

    public string? DisplayName { get; init; }

    public IReadOnlyList<PresenceTuple> Tuples { get; init; } = [];

    /// <summary>Activities of the person rather than of one tuple (RFC 4479).</summary>
    public IReadOnlyList<string> PersonActivities { get; init; } = [];

    /// <summary>A note of the person or of the whole document.</summary>
    public string? Note { get; init; }

    public string? NoteLanguage { get; init; }
}

/// <summary>One tuple: one of the presentity's endpoints (RFC 3863 §4.1.2).</summary>
public sealed record PresenceTuple(string Id)
{
    /// <summary>Null when the tuple carries no basic status.</summary>
    public bool? IsOpen { get; init; }

    public IReadOnlyList<string> Activities { get; init; } = [];

    public string? Note { get; init; }

    public string? NoteLanguage { get; init; }

    /// <summary>RFC 8048 §6.2: the XMPP show that a gateway before us embedded.</summary>
    public string? Show { get; init; }

    /// <summary>Contact priority, 0 to 1000 for 0.000 to 1.000; null when absent.</summary>
    public int? ContactPriority { get; init; }

    public DateTimeOffset? Timestamp { get; init; }
}
