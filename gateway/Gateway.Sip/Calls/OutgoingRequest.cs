using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Calls;

/// <summary>
/// One request of ours and whoever waits for its answer: the shell of a client transaction (RFC 3261 §17.1) on a reliable transport.
/// Exactly one of a final response or a failure reaches the owner; an INVITE's further 2xx responses come too (RFC 6026 §7.2).
/// </summary>
internal abstract class OutgoingRequest(SipMethod method)
{
    private int isEnded;

    public SipMethod Method { get; } = method;

    /// <summary>The number inside our branch; set by the table.</summary>
    public ulong Id { get; set; }

    /// <summary>Where it went; null while it waits for a connection.</summary>
    public SipConnection? Connection { get; set; }

    /// <summary>Timer B or F, or the longer patience of an INVITE that rings.</summary>
    public DateTimeOffset Deadline { get; set; }

    public bool IsEnded => Volatile.Read(ref isEnded) != 0;

    /// <summary>A provisional response; 100 too.</summary>
    public virtual void OnProvisional(SipResponse response)
    {
    }

    /// <summary>The final response.</summary>
    public abstract void OnFinal(SipResponse response);

    /// <summary>No response came or can come.</summary>
    public abstract void OnFailed(SipReason reason, LinkFailure failure);

    /// <summary>Ends the request once; true for the caller that ended it.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref isEnded, 1) == 0;

    public void Fail(SipReason reason, LinkFailure failure)
    {
        if (TryEnd()) OnFailed(reason, failure);
    }
}
