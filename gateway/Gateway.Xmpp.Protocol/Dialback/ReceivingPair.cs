namespace Gateway.Xmpp.Protocol.Dialback;

/// <summary>Where a domain pair of an inbound stream stands.</summary>
public enum PairPhase
{
    /// <summary>Nothing is proved.</summary>
    None,
    /// <summary>The authoritative server has been asked.</summary>
    AwaitVerdict,
    /// <summary>Stanzas of the pair are taken.</summary>
    Valid,
}

/// <summary>What is known of the sender domain of a key before anybody is asked.</summary>
public enum PairJudgement
{
    /// <summary>The certificate on this stream proves it: "dialback without dialback".</summary>
    Proved,
    /// <summary>Policy accepts the word of its authoritative server.</summary>
    MayAsk,
    /// <summary>Policy wants a certificate.</summary>
    CertificateRequired,
    /// <summary>Policy wants TLS first.</summary>
    TlsRequired,
    /// <summary>No peer may assert it.</summary>
    Refused,
    /// <summary>The target domain is not served here.</summary>
    NotServed,
    /// <summary>The stream already carries as many pairs as it may.</summary>
    TooMany,
}

/// <summary>What a pair has to do next: answer the originating server, ask the authoritative one, or nothing.</summary>
/// <param name="Phase">Where the pair stands now.</param>
/// <param name="Answer">The result to send, or null.</param>
/// <param name="MustAsk">True when the authoritative server must be asked.</param>
public readonly record struct PairStep(PairPhase Phase, DialbackMessage? Answer, bool MustAsk);

/// <summary>
/// The receiving server's part of dialback for one pair: XEP-0220 §2.2.1.
/// <code>
///   None ──Key, may ask──▸ AwaitVerdict ──valid──▸ Valid
///    ▲  └──Key, proved──────────────────────────────▲
///    └──── invalid, error, no verdict in time ───┘
/// </code>
/// </summary>
public static class ReceivingPair
{
    /// <summary>Step 1 arrived.</summary>
    public static PairStep OnKey(PairPhase phase, DomainPair pair, PairJudgement judgement) => (phase, judgement) switch
    {
        (_, PairJudgement.NotServed) => new(phase, Refuse(pair, DialbackCondition.ItemNotFound), false),
        (PairPhase.Valid, _) or (_, PairJudgement.Proved) => new(PairPhase.Valid, Say(pair, DialbackWord.Valid), false),
        // A second key while the first is being asked about would let the last one win a race: the first stands.
        (PairPhase.AwaitVerdict, _) => new(phase, null, false),
        (_, PairJudgement.MayAsk) => new(PairPhase.AwaitVerdict, null, true),
        (_, PairJudgement.CertificateRequired) => new(phase, Refuse(pair, DialbackCondition.NotAuthorized), false),
        (_, PairJudgement.TlsRequired) => new(phase, Refuse(pair, DialbackCondition.PolicyViolation), false),
        (_, PairJudgement.TooMany) => new(phase, Refuse(pair, DialbackCondition.ResourceConstraint), false),
        _ => new(phase, Refuse(pair, DialbackCondition.NotAcceptable), false),
    };

    /// <summary>
    /// Step 3 arrived, or could not. <paramref name="failure"/> is set when nobody was reached. An invalid key on a stream with other valid pairs is the error
    /// <c>forbidden</c>, which leaves the stream standing.
    /// </summary>
    public static PairStep OnVerdict(PairPhase phase, DomainPair pair, DialbackWord word, DialbackCondition failure, bool hasOtherValidPair) => (phase, word) switch
    {
        (not PairPhase.AwaitVerdict, _) => new(phase, null, false),
        (_, DialbackWord.Valid) => new(PairPhase.Valid, Say(pair, DialbackWord.Valid), false),
        (_, DialbackWord.Invalid) when hasOtherValidPair => new(PairPhase.None, Refuse(pair, DialbackCondition.Forbidden), false),
        (_, DialbackWord.Invalid) => new(PairPhase.None, Say(pair, DialbackWord.Invalid), false),
        _ => new(PairPhase.None, Refuse(pair, failure), false),
    };

    private static DialbackMessage Say(DomainPair pair, DialbackWord word) => new(DialbackStep.Result, pair) { Word = word };

    private static DialbackMessage Refuse(DomainPair pair, DialbackCondition condition) =>
        new(DialbackStep.Result, pair) { Word = DialbackWord.Error, Condition = condition };
}
