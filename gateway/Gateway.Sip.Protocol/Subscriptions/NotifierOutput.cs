using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>What the notifier asks for.</summary>
public abstract record NotifierOutput
{
    private NotifierOutput()
    {
    }

    /// <summary>A NOTIFY wants to go out: give it its <see cref="NotifierInput.Turn"/> when the peer's pace allows. <paramref name="IsOwed"/>: a SUBSCRIBE waits for it.</summary>
    public sealed record AskTurn(bool IsOwed) : NotifierOutput;

    /// <summary>Send one NOTIFY in the dialog. No other will be asked for before its answer.</summary>
    public sealed record SendNotify(SubscriptionStateHeader State, NotifyContent Content) : NotifierOutput;

    /// <summary>The watcher has been told this version.</summary>
    public sealed record Shown(long Version) : NotifierOutput;

    /// <summary>The subscription is over.</summary>
    public sealed record Ended(SipReason Reason) : NotifierOutput;
}
