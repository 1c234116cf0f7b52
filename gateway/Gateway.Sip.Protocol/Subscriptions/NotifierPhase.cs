namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>States of a subscription at the notifier (RFC 6665 §4.1.2): what Subscription-State says.</summary>
public enum NotifierPhase : byte
{
    Pending,
    Active,

    /// <summary>The last NOTIFY is decided: out, or waiting for the one before it.</summary>
    Terminating,

    Terminated,
}
