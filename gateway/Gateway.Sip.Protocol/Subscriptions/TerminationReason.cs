namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>The reasons of a terminated subscription (RFC 6665 §4.1.3).</summary>
public enum TerminationReason : byte
{
    None,
    Deactivated,
    Probation,
    Rejected,
    Timeout,
    GiveUp,
    NoResource,
    Invariant,
}
