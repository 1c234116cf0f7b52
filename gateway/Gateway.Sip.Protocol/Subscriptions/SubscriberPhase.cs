namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>States of a subscription at the subscriber (RFC 6665 §4.1.2, figure 1).</summary>
public enum SubscriberPhase : byte
{
    Idle,

    /// <summary>SUBSCRIBE of a new dialog is out.</summary>
    Trying,

    /// <summary>It was accepted; the first NOTIFY is due within timer N.</summary>
    AwaitNotify,

    Pending,
    Active,

    /// <summary>SUBSCRIBE with Expires 0 is out.</summary>
    Leaving,

    /// <summary>No dialog; another try is due.</summary>
    RetryWait,

    Ended,
}
