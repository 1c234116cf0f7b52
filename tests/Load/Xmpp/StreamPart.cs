namespace Load.Xmpp;

/// <summary>What the cutter found.</summary>
internal enum StreamPart
{
    NeedMore,
    Header,
    Stanza,
    End,
}
