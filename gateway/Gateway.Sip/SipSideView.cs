using Gateway.Sip.Connections;

namespace Gateway.Sip;

/// <summary>A picture of the SIP side for <c>status</c>.</summary>
public sealed record SipSideView(
    IReadOnlyList<string> Listeners, IReadOnlyList<SipLinkView> Links, int Notifiers, int Subscribers, int Conversations, int PendingRequests)
{
    /// <summary>Peers whose presence waits for its turn, and how much.</summary>
    public IReadOnlyList<(string Peer, int Waiting)> Paces { get; init; } = [];

    internal static SipSideView Of(SipSide side) => new(
        [.. side.Listeners.Select(l => $"{l.Name} {l.Endpoint}")],
        [.. side.Links.All.Select(Of), .. Strangers(side)],
        side.Notifiers.Count, side.Subscribers.Count, side.Conversations.Count, side.Calls.Count)
    {
        Paces = [.. side.Paces.Waiting],
    };

    private static SipLinkView Of(PeerLink link) => new(
        link.PeerName, [.. link.Live.Select(Of)], link.WaitingCount, link.LastFailure.Reason, link.LastFailure.Detail);

    private static IEnumerable<SipLinkView> Strangers(SipSide side)
    {
        var unbound = side.Links.Unbound.Where(c => c.Transport is not null).Select(Of).ToList();
        return unbound.Count == 0 ? [] : [new SipLinkView("(not proved yet)", unbound, 0, "", "")];
    }

    private static SipConnectionView Of(SipConnection connection)
    {
        var transport = connection.Transport;
        return new(
            transport.IsAccepted ? "in" : "out", transport.Remote.ToString(), transport.Evidence.TlsVersion, connection.ProvedAs, transport.Since,
            transport.CertificateVersion, connection.MessagesIn, transport.BytesIn, transport.BytesOut);
    }
}

/// <summary>Everything that leads to one peer, and why it last failed.</summary>
public sealed record SipLinkView(string Peer, IReadOnlyList<SipConnectionView> Connections, int Waiting, string LastFailure, string LastFailureDetail);

/// <summary>One connection.</summary>
public sealed record SipConnectionView(
    string Direction, string Remote, string Tls, string ProvedAs, DateTimeOffset Since, int CertificateVersion, long MessagesIn, long BytesIn, long BytesOut);
