namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>What we do when a peer ends a stream with an error: RFC 6120 §4.9.3.</summary>
public enum StreamErrorMeaning
{
    /// <summary>The fault passes by itself: another target or a later attempt may do better.</summary>
    TryAgain,
    /// <summary>Nothing will be better next time: the next target is tried, and then those who wait are told.</summary>
    GiveUp,
    /// <summary>The server does not serve the domain: as <see cref="GiveUp"/>, and the domain counts as without server.</summary>
    NotServed,
    /// <summary>The server names another host: followed only where configuration or DNS named that host too.</summary>
    Redirect,
}

/// <summary>The required behaviour on each received stream error, in one table.</summary>
public static class StreamErrorMeanings
{
    /// <summary>What this condition asks of us.</summary>
    public static StreamErrorMeaning Of(StreamCondition condition) => condition switch
    {
        StreamCondition.HostGone or StreamCondition.HostUnknown => StreamErrorMeaning.NotServed,
        StreamCondition.SeeOtherHost => StreamErrorMeaning.Redirect,
        StreamCondition.Conflict or StreamCondition.ConnectionTimeout or StreamCondition.InternalServerError or StreamCondition.RemoteConnectionFailed
            or StreamCondition.Reset or StreamCondition.ResourceConstraint or StreamCondition.SystemShutdown or StreamCondition.UndefinedCondition => StreamErrorMeaning.TryAgain,
        _ => StreamErrorMeaning.GiveUp,
    };

    /// <summary>Our reason for a stream that the peer ended so.</summary>
    public static XmppReason ReasonOf(StreamCondition condition) => Of(condition) switch
    {
        StreamErrorMeaning.NotServed => XmppReason.PeerNotServing,
        StreamErrorMeaning.Redirect => XmppReason.RedirectRefused,
        _ => XmppReason.PeerStreamError,
    };
}
