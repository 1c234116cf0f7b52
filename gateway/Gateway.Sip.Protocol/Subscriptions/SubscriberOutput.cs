namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>What the subscriber asks for.</summary>
public abstract record SubscriberOutput
{
    private SubscriberOutput()
    {
    }

    /// <summary>Send SUBSCRIBE, in the dialog or in a new one.</summary>
    public sealed record Subscribe(uint ExpiresSeconds, bool InNewDialog) : SubscriberOutput;

    /// <summary>Answer the NOTIFY. Never asked for a BENOTIFY.</summary>
    public sealed record AnswerNotify(int Status) : SubscriberOutput;

    /// <summary>The notification says this; its body is for Mapping.</summary>
    public sealed record Deliver(SubscriberPhase Phase, TerminationReason Reason) : SubscriberOutput;

    /// <summary>The dialog is gone; the state shown may go stale. Another try is due at <paramref name="RetryAt"/>.</summary>
    public sealed record Interrupted(SipReason Reason, int Status, DateTimeOffset RetryAt) : SubscriberOutput;

    /// <summary>Over. <paramref name="Status"/> is the refusing response, or zero.</summary>
    public sealed record Ended(SipReason Reason, int Status) : SubscriberOutput;
}
