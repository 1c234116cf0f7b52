using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Calls;

/// <summary>
/// A request that failed at one target of its peer and goes to the next: the same bytes in a transaction of their own (RFC 3263 §4.3, RFC 3261 §8.1.3.1). Its owner hears what comes of it as if
/// it were the first; when nothing further takes it, the owner hears once how the target before it failed.
/// </summary>
internal sealed class FurtherTry(OutgoingRequest before, TryEnd endBefore) : OutgoingRequest(before.Method)
{
    /// <summary>The one it failed on: not the one it goes on by.</summary>
    public SipConnection Left { get; } = before.Connection!;

    public override OutgoingRequest First { get; } = before.First;

    public override IReadOnlyList<SipConnection> Refusers { get; } = endBefore.Response is null ? before.Refusers : [.. before.Refusers, before.Connection!];

    /// <summary>A dial was begun for it: there will be no second one.</summary>
    public bool IsDialledFor { get; set; }

    /// <summary>How many came before it.</summary>
    public int Number { get; } = before is FurtherTry further ? further.Number + 1 : 1;

    protected override void OnResponse(SipResponse response) => Tell(First, new TryEnd(response));

    // What never left changes nothing about the one before it.
    protected override void OnFailed(SipReason reason, LinkFailure failure) => Tell(First, Connection is null ? endBefore : new TryEnd(reason, failure));
}

/// <summary>How a try ended: by a response, or without one.</summary>
internal readonly record struct TryEnd(SipResponse? Response, SipReason Reason, LinkFailure Failure)
{
    public TryEnd(SipResponse response)
        : this(response, SipReason.None, LinkFailure.None)
    {
    }

    public TryEnd(SipReason reason, LinkFailure failure)
        : this(null, reason, failure)
    {
    }
}
