namespace Gateway.Federation.Domains;

/// <summary>
/// One entry of the domain table. <paramref name="Name"/> is a lower-case A-label name, a suffix pattern <c>*.contoso.example</c> (any depth, never the bare suffix), or <c>*</c> for
/// every domain that no other entry names. The most exact entry wins.
/// </summary>
public sealed record DomainModel(string Name, DomainKind Kind)
{
    /// <summary>Nothing goes to or comes from a blocked domain, whatever else allows it.</summary>
    public bool IsBlocked { get; init; }
}

/// <summary>Where a domain's users live and how they are reached.</summary>
public enum DomainKind
{
    /// <summary>Reached through a SIP peer, shown to XMPP servers by us.</summary>
    Sip,

    /// <summary>Reached through XMPP server-to-server, shown to SIP edges by us.</summary>
    Xmpp,

    /// <summary>Its users live in our own core.</summary>
    Local,

    /// <summary>Partitioned: some users here, the others on a Microsoft front end.</summary>
    Shared,
}
