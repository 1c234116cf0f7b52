using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Availability;
using Gateway.Transport;
using Presence.Core.Ports;

namespace Gateway.Xmpp;

/// <summary>What the XMPP side is built from.</summary>
public sealed record XmppParts
{
    /// <summary>The operator's settings.</summary>
    public required XmppOptions Options { get; init; }
    /// <summary>Connections, limits, time.</summary>
    public required TransportHub Hub { get; init; }
    /// <summary>Names to records.</summary>
    public required IDnsResolver Resolver { get; init; }
    /// <summary>A random number below its argument, for SRV weights.</summary>
    public required Func<int, int> NextBelow { get; init; }
    /// <summary>What we present.</summary>
    public required ICertificateSource Certificates { get; init; }
    /// <summary>The judge of who is asking.</summary>
    public required PeerRegistry Registry { get; init; }
    /// <summary>The inward door.</summary>
    public required ICrossing Crossing { get; init; }
    /// <summary>Where refusals are shown.</summary>
    public required RecentRefusals Refusals { get; init; }
    /// <summary>128-bit ids.</summary>
    public required IIdSource Ids { get; init; }
    /// <summary>The installation's dialback secret, the same on all nodes.</summary>
    public required string DialbackSecret { get; init; }
    /// <summary>How states are shown.</summary>
    public AvailabilityTables Availability { get; init; } = AvailabilityTables.Default;
    /// <summary>Who logs.</summary>
    public IXmppObserver Observer { get; init; } = SilentXmppObserver.Instance;
}
