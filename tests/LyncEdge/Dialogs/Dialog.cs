using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>
/// One SIP dialog (RFC 3261 §12) seen from the Microsoft user's side of the edge. What we wrote is kept as text so that what comes
/// back can be compared byte for byte.
/// </summary>
public sealed class Dialog
{
    public required string CallId { get; init; }

    public required string LocalTag { get; init; }

    /// <summary>The Microsoft user, user@host.</summary>
    public required string Local { get; init; }

    /// <summary>The user behind the gateway, user@host.</summary>
    public required string Remote { get; init; }

    /// <summary>Our side as it stands in From of what we send.</summary>
    public required string LocalText { get; init; }

    public required string RemoteText { get; set; }

    public string? RemoteTag { get; set; }

    public string RemoteTarget { get; set; } = "";

    public string PeerAgent { get; set; } = "";

    public int LocalCSeq { get; set; }

    /// <summary>Highest CSeq received; -1 before the first request from the gateway.</summary>
    public int RemoteCSeq { get; set; } = -1;

    /// <summary>Our Record-Route values with their header parameters, in the order of the lines we wrote.</summary>
    public IReadOnlyList<string> OwnRecordRoutes { get; init; } = [];

    /// <summary>The gateway's own Record-Route entries: what our in-dialog requests carry as Route.</summary>
    public IReadOnlyList<string> RoutesToGateway { get; set; } = [];

    /// <summary>Route values the gateway must replay, in this order, byte-exact (field fact H8).</summary>
    public required IReadOnlyList<string> ExpectedRoutes { get; init; }

    /// <summary>No FQDN in Record-Route or Contact: the field falls silent, and so do we (field fact H7).</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>The subscription, watcher or conversation this dialog carries.</summary>
    public object? Usage { get; set; }

    /// <summary>Later dialogs have higher numbers.</summary>
    public int Number { get; set; }

    public string Id => CallId + ":" + LocalTag;

    public void TakeRemote(SipMessage message, SipAddress remote, Inspector inspector)
    {
        if (remote.Tag is { Length: > 0 } tag)
        {
            RemoteTag = tag;
            RemoteText = remote.Text;
        }

        if (message.Get("Contact") is { } contact) RemoteTarget = SipAddress.Read(contact).Uri;
        PeerAgent = message.Get("User-Agent") ?? message.Get("Server") ?? PeerAgent;
        var routes = message.All("Record-Route").Select(SipText.Bracketed).Where(r => !OwnRecordRoutes.Any(o => SipText.Bracketed(o) == r));
        // RFC 3261 §12.1: the caller reads the set of a response backwards, the called side takes a request's as it stands.
        RoutesToGateway = message.IsRequest ? [.. routes] : [.. routes.Reverse()];
        IsReachable = inspector.IsReachable(message);
    }
}
