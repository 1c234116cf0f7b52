namespace Gateway.Host.Configuration.Options;

/// <summary>Terms of presence with one SIP peer, and how long it may take.</summary>
public sealed record PeerSipOptions
{
    [Setting("Our requests to it in any second; messages go first. 0: no limit. -1: by what it is, 20 when found by DNS (its edge allows a discovered partner no more), else 1000.",
        Min = -1, Max = 1_000_000)]
    public int PacePerSecond { get; init; } = -1;

    [Setting("Its users whom ours may watch at the same time. 0: no limit. -1: by what it is, 1000 when found by DNS (its edge allows no more), else no limit.",
        Min = -1, Max = 10_000_000)]
    public int ContactsMax { get; init; } = -1;

    [Setting("Subscriptions of its users that are held at once; more are answered 480.", Min = 1, Max = 10_000_000)]
    public int WatchersMax { get; init; } = 50_000;

    [Setting("Ask it for text/xml+msrtc.pidf too, which a Microsoft server then sends instead of PIDF; it also tells idle and be-right-back from away.")]
    public bool Msrtc { get; init; }

    [Setting("Take a NOTIFY without Event for the subscription of its dialog (a relaxation of RFC 6665 §8.2.1).")]
    public bool EventMissing { get; init; }

    [Setting("SUBSCRIBE with Expires 0 also ends the authorization of the watcher (many clients send it at mere logout).")]
    public bool UnsubscribeRevokes { get; init; }

    [Setting("Seconds until a request it does not answer has failed: timers B and F of RFC 3261, 64*T1.", Min = 4, Max = 180)]
    public int AnswerSecondsMax { get; init; } = 32;

    [Setting("Seconds an invitation may ring there before it is cancelled and the sender of the message is told.", Min = 1, Max = 140)]
    public int RingSecondsMax { get; init; } = 120;

    [Setting("Believe its P-Asserted-Identity, within the domains it may assert; only for a peer inside your own trust, such as a front end.")]
    public bool AssertedIdentity { get; init; }
}
