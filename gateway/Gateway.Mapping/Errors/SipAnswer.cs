namespace Gateway.Mapping.Errors;

/// <summary>What kind of SIP request is answered: RFC 4320 makes a difference.</summary>
public enum SipRequestKind
{
    Invite,

    /// <summary>MESSAGE, SUBSCRIBE, NOTIFY, INFO, OPTIONS …: never answered with 408.</summary>
    NonInvite,
}

/// <summary>A failure as a final SIP response: status, how long to wait, and the words for <c>ms-diagnostics-public</c>.</summary>
public readonly record struct SipAnswer(int Status, int? RetryAfterSeconds, string DiagnosticsReason);
