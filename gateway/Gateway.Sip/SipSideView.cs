using Gateway.Sip.Connections;

namespace Gateway.Sip;

/// <summary>A picture of the SIP side for <c>status</c>.</summary>
public sealed record SipSideView(
    IReadOnlyList<string> Listeners, IReadOnlyList<SipLinkView> Links, int Notifiers, int Subscribers, int Conversations, int PendingRequests)
{
    /// <summary>Peers whose presence waits for its turn, and how much.</summary>
    public IReadOnlyList<(string Peer, int Waiting)> Paces { get; init; } = [];

    internal static SipSideView Of(SipSide side)
    {
        var dialogs = side.Notifiers.Carriers.Concat(side.Conversations.Carriers).CountBy(c => c).ToDictionary();
        return new SipSideView(
            [.. side.Listeners.Select(l => $"{l.Name} {l.Endpoint}")],
            [.. side.Links.All.Select(l => Of(l, side, dialogs)), .. Strangers(side)],
            side.Notifiers.Count, side.Subscribers.Count, side.Conversations.Count, side.Calls.Count)
        {
            Paces = [.. side.Paces.Waiting],
        };
    }

    private static SipLinkView Of(PeerLink link, SipSide side, Dictionary<SipConnection, int> dialogs) => new(
        link.PeerName, [.. link.Live.Select(c => Of(c) with { Dialogs = dialogs.GetValueOrDefault(c) })], link.WaitingCount, link.LastFailure.Reason, link.LastFailure.Detail)
    {
        IsDialling = link.IsDialling,
        NextTry = link.NextTry,
        Quarantined = [.. link.Targets.Quarantined(side.Now).Select(q => new SipQuarantineView(q.Target, q.Until, q.Failures, q.Failure.Reason, q.Failure.Detail))],
    };

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
            transport.CertificateVersion, connection.MessagesIn, transport.BytesIn, transport.BytesOut)
        {
            Id = transport.Id,
            Target = transport.Host,
            Domains = connection.AdmittedDomains,
            MessagesOut = connection.MessagesOut,
            LastMessageAt = connection.LastMessageAt,
            Cipher = transport.Evidence.Cipher,
            Subject = transport.Evidence.Leaf?.Subject ?? "",
            Unanswered = connection.Unanswered,
            Unsent = transport.UnsentBytes,
            State = connection.IsLeaving ? "leaving" : connection.IsResting ? "resting" : connection.IsSuspect ? "silent" : "",
        };
    }
}

/// <summary>Everything that leads to one peer, and why it last failed.</summary>
public sealed record SipLinkView(string Peer, IReadOnlyList<SipConnectionView> Connections, int Waiting, string LastFailure, string LastFailureDetail)
{
    /// <summary>A connection is being made.</summary>
    public bool IsDialling { get; init; }

    /// <summary>Before then the peer is not dialled again; null when nothing is in the way.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>Targets that are left alone for a while.</summary>
    public IReadOnlyList<SipQuarantineView> Quarantined { get; init; } = [];
}

/// <summary>One target that failed, and until when it is left alone.</summary>
public sealed record SipQuarantineView(string Target, DateTimeOffset Until, int Failures, string Reason, string Detail);

/// <summary>One connection.</summary>
public sealed record SipConnectionView(
    string Direction, string Remote, string Tls, string ProvedAs, DateTimeOffset Since, int CertificateVersion, long MessagesIn, long BytesIn, long BytesOut)
{
    /// <summary>The connection's number in this process, as log and trace name it.</summary>
    public long Id { get; init; }

    /// <summary>The host that was dialled; empty when the peer came to us.</summary>
    public string Target { get; init; } = "";

    /// <summary>The domains that the peer spoke for here and was believed.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    public long MessagesOut { get; init; }

    /// <summary>When the last message crossed, in or out; null before the first.</summary>
    public DateTimeOffset? LastMessageAt { get; init; }

    public string Cipher { get; init; } = "";

    /// <summary>Subject of the peer's certificate.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Dialogs that use it now.</summary>
    public int Dialogs { get; init; }

    /// <summary>Requests of ours without a final answer.</summary>
    public int Unanswered { get; init; }

    /// <summary>Bytes that wait to be sent.</summary>
    public int Unsent { get; init; }

    /// <summary><c>leaving</c>, <c>resting</c> (503), <c>silent</c>; empty when it is used.</summary>
    public string State { get; init; } = "";
}
