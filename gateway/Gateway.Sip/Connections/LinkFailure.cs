namespace Gateway.Sip.Connections;

/// <summary>Why a peer could not be reached, in the words of status.</summary>
internal sealed record LinkFailure(LinkFailureKind Kind, string Reason, string Detail)
{
    /// <summary>Nothing of the request was handed to the peer: it may go another way.</summary>
    public bool IsUnsent { get; init; } = true;

    public static LinkFailure None { get; } = new(LinkFailureKind.None, "", "");

    public static LinkFailure NoAnswer { get; } = new(LinkFailureKind.TooOld, "sip.TransactionTimeout", "The peer did not answer in time.") { IsUnsent = false };

    public static LinkFailure NoConnection { get; } = new(LinkFailureKind.TooOld, "sip.TransportFailed", "No connection to the peer could be made in time.");

    public static LinkFailure TooMuchWaits { get; } = new(LinkFailureKind.QueueFull, "sip.QueueFull", "Too much waits for this peer's connection.");
}

/// <summary>Kinds of link failure that are answered differently.</summary>
internal enum LinkFailureKind
{
    None,

    /// <summary>No address, no connection, no TLS.</summary>
    Unreachable,

    /// <summary>The domain or its SRV record does not exist.</summary>
    NotFound,

    /// <summary>It answered, but did not prove to be the peer.</summary>
    NotProved,

    /// <summary>It said that it takes no more for a while (503 with Retry-After).</summary>
    Overloaded,

    QueueFull,

    TooOld,
}
