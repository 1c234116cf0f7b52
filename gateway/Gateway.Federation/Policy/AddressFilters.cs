using System.Net;

namespace Gateway.Federation.Policy;

/// <summary>The two ends of the connection something came by or will leave by; null where not known.</summary>
public readonly record struct ConnectionEnds(IPAddress? Remote, IPAddress? Local);

/// <summary>The four filters of one protocol as one question per direction: PS-125; the reasons tell which filter denied.</summary>
public sealed class AddressFilters
{
    private readonly AddressFilter outgoingFrom;
    private readonly AddressFilter outgoingTo;
    private readonly AddressFilter incomingFrom;
    private readonly AddressFilter incomingTo;

    public AddressFilters(FiltersModel model)
    {
        outgoingFrom = new AddressFilter(model.OutgoingFrom);
        outgoingTo = new AddressFilter(model.OutgoingTo);
        incomingFrom = new AddressFilter(model.IncomingFrom);
        incomingTo = new AddressFilter(model.IncomingTo);
    }

    /// <summary>What comes in: the far domain speaks from the remote end, our domain is spoken to at the local one.</summary>
    public FederationReason JudgeIncoming(string from, string to, ConnectionEnds ends)
    {
        if (!incomingFrom.Allows(from, ends.Remote)) return FederationReason.IncomingFromDenied;
        return incomingTo.Allows(to, ends.Local) ? FederationReason.None : FederationReason.IncomingToDenied;
    }

    /// <summary>Whether a far domain may speak at all: asked when its connection proves itself.</summary>
    public bool AllowsSender(string from, IPAddress? remote) => incomingFrom.Allows(from, remote);

    /// <summary>What goes out: our domain sends from the local end, the far one is reached at the remote one.</summary>
    public FederationReason JudgeOutgoing(string from, string to, ConnectionEnds ends)
    {
        if (!outgoingFrom.Allows(from, ends.Local)) return FederationReason.OutgoingFromDenied;
        return AllowsTarget(to, ends.Remote) ? FederationReason.None : FederationReason.OutgoingToDenied;
    }

    /// <summary>Whether a far domain may be reached at this address.</summary>
    public bool AllowsTarget(string to, IPAddress? remote) => outgoingTo.Allows(to, remote);
}
