namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>What can happen to a subscription we serve.</summary>
public abstract record NotifierInput
{
    private NotifierInput()
    {
    }

    /// <summary>A SUBSCRIBE was answered 200 with this grant; zero seconds is unsubscribe or poll. A NOTIFY with <paramref name="Content"/> follows at
    /// once; without content it waits shortly for a <see cref="Show"/>.</summary>
    public sealed record Accepted(uint GrantedSeconds, NotifyContent? Content = null) : NotifierInput;

    /// <summary>The watcher shall see this now; replaces whatever waits.</summary>
    public sealed record Show(bool IsActive, NotifyContent Content) : NotifierInput;

    /// <summary>The subscription ends for the watcher.</summary>
    public sealed record End(TerminationReason Reason, NotifyContent Content, uint? RetryAfterSeconds = null) : NotifierInput;

    /// <summary>The turn that was asked for: what waits goes out now, in its newest form.</summary>
    public sealed record Turn : NotifierInput;

    /// <summary>Final response to the outstanding NOTIFY; a transaction timeout counts as 408.</summary>
    public sealed record Answered(int Status, uint? RetryAfterSeconds = null) : NotifierInput;

    /// <summary>The outstanding NOTIFY could not be sent or its connection broke.</summary>
    public sealed record Lost : NotifierInput;

    public sealed record Tick : NotifierInput;
}
