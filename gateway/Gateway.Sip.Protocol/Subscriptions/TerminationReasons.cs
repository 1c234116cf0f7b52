namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>Wire spelling of <see cref="TerminationReason"/> and its place in <see cref="SipReason"/>.</summary>
public static class TerminationReasons
{
    private static readonly string?[] _names = [null, "deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"];

    public static string? WireName(this TerminationReason reason) => _names[(int)reason];

    /// <summary>An unknown reason reads as none given (RFC 6665 §4.1.3).</summary>
    public static TerminationReason Read(string? name)
    {
        for (var i = 1; i < _names.Length; i++)
        {
            if (string.Equals(name, _names[i], StringComparison.OrdinalIgnoreCase)) return (TerminationReason)i;
        }

        return TerminationReason.None;
    }

    public static SipReason ToSipReason(this TerminationReason reason) => reason switch
    {
        TerminationReason.Deactivated => SipReason.Deactivated,
        TerminationReason.Probation => SipReason.Probation,
        TerminationReason.Rejected => SipReason.Rejected,
        TerminationReason.Timeout => SipReason.Timeout,
        TerminationReason.GiveUp => SipReason.GiveUp,
        TerminationReason.NoResource => SipReason.NoResource,
        TerminationReason.Invariant => SipReason.Invariant,
        _ => SipReason.ReasonNotGiven,
    };
}
