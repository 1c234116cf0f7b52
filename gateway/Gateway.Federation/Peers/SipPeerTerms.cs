namespace Gateway.Federation.Peers;

/// <summary>How presence is exchanged with one SIP peer: how fast we may ask it, how much it may ask of us, and what is relaxed for it. The defaults are the strict ones.</summary>
public sealed record SipPeerTerms
{
    public static readonly SipPeerTerms Default = new();

    /// <summary>Our requests to it in any second; 0 = no limit. Null: by what the peer is, see <see cref="PacePerSecondOf"/>.</summary>
    public int? PacePerSecond { get; init; }

    /// <summary>Its users whom ours may watch at the same time; 0 = no limit. Null: by what the peer is, see <see cref="ContactsMaxOf"/>.</summary>
    public int? ContactsMax { get; init; }

    /// <summary>Subscriptions of its users that we hold at once.</summary>
    public int WatchersMax { get; init; } = 50_000;

    /// <summary>We name <c>text/xml+msrtc.pidf</c> in Accept too: a Microsoft server then sends that richer document instead (field facts B1, B6b).</summary>
    public bool ReadsMsrtc { get; init; }

    /// <summary>A NOTIFY without Event counts for the dialog it came in (RFC 6665 §8.2.1 demands the header; a relaxation).</summary>
    public bool AllowsMissingEvent { get; init; }

    /// <summary>Expires 0 inside a dialog also gives the watcher's authorization up (OCS-051); many clients send it at mere logout, so it is off.</summary>
    public bool UnsubscribeRevokes { get; init; }

    /// <summary>It may state its users' identities in P-Asserted-Identity (RFC 3325 §4: only within a trust domain).</summary>
    public bool AssertsIdentity { get; init; }

    /// <summary>How long a request of ours may stay unanswered: Timers B and F, 64*T1 (RFC 3261 §17.1.1.2, §17.1.2.2).</summary>
    public int AnswerSecondsMax { get; init; } = 32;

    /// <summary>How long an INVITE of ours may ring before it is taken back; RFC 3261 §16.6 gives a proxy at least three minutes, a message is too old before that.</summary>
    public int RingSecondsMax { get; init; } = 120;

    /// <summary>
    /// The pace in force. A partner that we find by DNS is taken to have found us so as well, and its edge lets a discovered partner send 20 messages a second (field fact A4);
    /// a configured one has no such limit, and is only spared our storms.
    /// </summary>
    public static int PacePerSecondOf(PeerModel peer) => peer.Sip.PacePerSecond ?? (IsFoundByDns(peer) ? 20 : 1_000);

    /// <summary>The contact limit in force: 1,000 at a partner found by DNS (field fact A4), none at a configured one.</summary>
    public static int ContactsMaxOf(PeerModel peer) => peer.Sip.ContactsMax ?? (IsFoundByDns(peer) ? 1_000 : 0);

    /// <summary>Whether the peer's addresses come from DNS SRV.</summary>
    public static bool IsFoundByDns(PeerModel peer) => peer.Addresses.IsEmpty;
}
