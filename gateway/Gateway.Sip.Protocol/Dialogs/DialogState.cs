using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>
/// One dialog (RFC 3261 §12): everything needed to speak again after a restart. Headers, target and routes are the peer's own bytes, replayed
/// unchanged, because Microsoft signs them (field fact A6). Stored by <see cref="DialogDocument"/>.
/// </summary>
public sealed record DialogState
{
    public required DialogId Id { get; init; }

    /// <summary>Our From value in this dialog, tag included.</summary>
    public required string LocalHeader { get; init; }

    /// <summary>Our To value in this dialog, the peer's tag and epid included.</summary>
    public required string RemoteHeader { get; init; }

    /// <summary>URI of the peer's last Contact: the next Request-URI. Never dialled (design law 10).</summary>
    public required string RemoteTarget { get; init; }

    /// <summary>Route URIs in the order we send them, without angle brackets, our own hop taken out.</summary>
    public IReadOnlyList<string> RouteSet { get; init; } = [];

    /// <summary>Number of our last request.</summary>
    public uint LocalCSeq { get; init; }

    /// <summary>Number of the peer's last request; null before the first.</summary>
    public uint? RemoteCSeq { get; init; }

    /// <summary>Whether we sent the request that made the dialog.</summary>
    public bool IsCaller { get; init; }

    public bool Equals(DialogState? other) =>
        other is not null && Id == other.Id && LocalHeader == other.LocalHeader && RemoteHeader == other.RemoteHeader
        && RemoteTarget == other.RemoteTarget && RouteSet.SequenceEqual(other.RouteSet, StringComparer.Ordinal)
        && LocalCSeq == other.LocalCSeq && RemoteCSeq == other.RemoteCSeq && IsCaller == other.IsCaller;

    public override int GetHashCode() => Id.GetHashCode();
}
