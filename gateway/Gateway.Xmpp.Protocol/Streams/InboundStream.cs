using System.Collections.Immutable;
using Gateway.Xmpp.Protocol.Dialback;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>Where an inbound stream stands.</summary>
public enum InboundPhase
{
    /// <summary>A header must come.</summary>
    AwaitHeader,
    /// <summary>The TLS handshake runs.</summary>
    AwaitTls,
    /// <summary>Negotiation and stanzas.</summary>
    Open,
    /// <summary>Over.</summary>
    Closed,
}

/// <summary>
/// A stream another server opened to us: RFC 6120 §4–6, XEP-0178, XEP-0220 as receiving and as authoritative server. One connection, many domain pairs, each
/// proved on its own. Every transition stands in <see cref="On"/>; the last row is the default.
/// <code>
///   AwaitHeader ──header──▸ Open ──starttls──▸ AwaitTls ──handshake──▸ AwaitHeader
///                            │ ├──auth EXTERNAL, proved──▸ AwaitHeader (authenticated)
///                            │ ├──db:result──▸ pair: None ▸ AwaitVerdict ▸ Valid
///                            │ └──db:verify──▸ answered at once
///                            ▼
///                          Closed  ◂── error, end, refusal, deadline, from anywhere
/// </code>
/// </summary>
public sealed record InboundStream
{
    /// <summary>Pairs one stream may carry.</summary>
    public const int PairsMax = 256;

    /// <summary>Dialback keys that may be refused on one stream: each costs us a judgement and a line, and whoever guesses goes on guessing.</summary>
    public const int RefusedKeysMax = 256;

    private const int SaslAttemptsMax = 3;

    private static readonly ImmutableDictionary<DomainPair, PairPhase> s_noPairs = ImmutableDictionary<DomainPair, PairPhase>.Empty;

    /// <summary>Where it stands.</summary>
    public InboundPhase Phase { get; init; }
    /// <summary>What holds.</summary>
    public StreamFacts Facts { get; init; }
    /// <summary>The peer's domain by the last header; proves nothing.</summary>
    public string? From { get; init; }
    /// <summary>Our domain by the last header.</summary>
    public string? To { get; init; }
    /// <summary>The domain of ours that speaks where a header names none (RFC 6120 §4.7.1); empty where we have none (§4.9.1.3).</summary>
    public string OwnDomain { get; init; } = "";
    /// <summary>The id of a header that must be written though none was understood: as random as all others.</summary>
    public string SpareId { get; init; } = "0";
    /// <summary>The language of stanzas that tell none themselves, by the last header.</summary>
    public string? Lang { get; init; }
    /// <summary>The id of the present stream.</summary>
    public string Id { get; init; } = "";
    /// <summary>The domain SASL EXTERNAL proved.</summary>
    public string? SaslDomain { get; init; }
    /// <summary>The pairs dialback was tried for.</summary>
    public ImmutableDictionary<DomainPair, PairPhase> Pairs { get; init; } = s_noPairs;
    /// <summary>True once our header is out on the present stream: an error may follow.</summary>
    public bool HasSentHeader { get; init; }
    /// <summary>True while an empty challenge waits for its response.</summary>
    public bool AwaitsIdentity { get; init; }
    /// <summary>SASL attempts that failed.</summary>
    public int SaslFailures { get; init; }
    /// <summary>Dialback keys that were refused before anybody was asked.</summary>
    public int RefusedKeys { get; init; }

    /// <summary>True when anything at all is proved.</summary>
    public bool IsProved => SaslDomain is not null || Pairs.ContainsValue(PairPhase.Valid);

    /// <summary>The pairs that are proved: that of EXTERNAL first, then those of dialback.</summary>
    public IEnumerable<DomainPair> Carried
    {
        get
        {
            var byDialback = Pairs.Where(pair => pair.Value == PairPhase.Valid).Select(pair => pair.Key);
            return SaslDomain is { } domain ? byDialback.Prepend(new DomainPair(domain, To ?? "")).Distinct() : byDialback;
        }
    }

    /// <summary>True when this sender domain is proved on this stream.</summary>
    public bool Proves(string domain)
    {
        if (SaslDomain == domain) return true;
        foreach (var (pair, phase) in Pairs)
        {
            if (phase == PairPhase.Valid && pair.From == domain) return true;
        }
        return false;
    }

    /// <summary>Why a stanza ends the stream, or <see cref="XmppReason.None"/>: RFC 6120 §4.9.3.6, §4.9.3.7, §4.9.3.9, §4.9.3.12.</summary>
    public XmppReason JudgeStanza(Jid? from, Jid? to, bool isServed) => this switch
    {
        { Phase: not InboundPhase.Open } or { IsProved: false } => XmppReason.NotAuthorized,
        _ when from is null || to is null => XmppReason.ImproperAddressing,
        _ when !Proves(from.Domain) => XmppReason.InvalidFrom,
        _ when !isServed => XmppReason.HostUnknown,
        _ => XmppReason.None,
    };

    /// <summary>One transition.</summary>
    public static StreamStep<InboundStream> On(InboundStream s, InboundInput input) => (s.Phase, input) switch
    {
        (InboundPhase.Closed, _) => Go(s),
        (_, InboundInput.MustEnd end) => Close(s, end.Reason),
        (_, InboundInput.EndReceived) => Close(s, XmppReason.PeerClosed),
        (_, InboundInput.ErrorReceived error) => Close(s, StreamErrorMeanings.ReasonOf(error.Error.Condition), StreamErrors.Describe(error.Error)),

        (InboundPhase.AwaitHeader, InboundInput.ConnectedOverTls) => Go(s with { Facts = StreamFacts.Secure | StreamFacts.ChannelAccepted }),
        (InboundPhase.AwaitHeader, InboundInput.HeaderReceived header) => OnHeader(s, header),
        (InboundPhase.AwaitTls, InboundInput.TlsEstablished) => Go(s with
        {
            Phase = InboundPhase.AwaitHeader, HasSentHeader = false, Facts = s.Facts | StreamFacts.Secure | StreamFacts.ChannelAccepted,
        }),

        (InboundPhase.Open, InboundInput.StartTlsReceived) when s.Facts.Has(StreamFacts.Secure) || s.IsProved =>
            Close(s, XmppReason.BadFormat, "TLS stands already.", new StreamOutput.SendTlsFailure()),
        (InboundPhase.Open, InboundInput.StartTlsReceived) when s.Facts.Has(StreamFacts.TlsForbidden) => Close(s, XmppReason.TlsForbidden, null, new StreamOutput.SendTlsFailure()),
        (InboundPhase.Open, InboundInput.StartTlsReceived { HasMoreBytes: true }) => Close(s, XmppReason.BytesBeforeTls),
        (InboundPhase.Open, InboundInput.StartTlsReceived) =>
            Go(s with { Phase = InboundPhase.AwaitTls, Pairs = s_noPairs }, new StreamOutput.SendProceed(), new StreamOutput.Restart(), new StreamOutput.BeginTls()),

        (InboundPhase.Open, InboundInput.AuthReceived auth) => OnAuth(s, auth),
        (InboundPhase.Open, InboundInput.ResponseReceived response) when s.AwaitsIdentity =>
            Judge(s with { AwaitsIdentity = false }, response.Identity, response.IsProved),
        (InboundPhase.Open, InboundInput.AbortReceived) => FailSasl(s, SaslCondition.Aborted),

        (InboundPhase.Open, InboundInput.BidiReceived) when StreamFeature.IsOffered(StreamOffers.Bidi, s.Facts) => Go(s with { Facts = s.Facts | StreamFacts.Bidi }),
        (InboundPhase.Open, InboundInput.EnableReceived enable) => enable.HasRoom && StreamFeature.IsOffered(StreamOffers.Management, s.Facts)
            ? Go(s with { Facts = s.Facts | StreamFacts.Managed }, new StreamOutput.BeginCounting(enable.NewId), new StreamOutput.SendEnabled(enable.NewId, enable.SecondsMax))
            : Go(s, new StreamOutput.SendManagementFailed(IsUnknown: false, null)),
        (InboundPhase.Open, InboundInput.ResumeReceived resume) when !StreamFeature.IsOffered(StreamOffers.Management, s.Facts) =>
            Go(s, new StreamOutput.SendManagementFailed(IsUnknown: false, null)),
        (InboundPhase.Open, InboundInput.ResumeReceived { IsFound: true } resume) => Go(
            s with { Facts = s.Facts | StreamFacts.Managed }, new StreamOutput.GoOnCounting(resume.Handled ?? 0), new StreamOutput.SendResumed(resume.Id, resume.Handled ?? 0)),
        (InboundPhase.Open, InboundInput.ResumeReceived resume) => Go(s, new StreamOutput.SendManagementFailed(IsUnknown: true, resume.Handled)),

        (InboundPhase.Open, InboundInput.AskReceived ask) => Go(s, new StreamOutput.SendDialback(ask.Verdict)),
        (InboundPhase.Open, InboundInput.KeyReceived key) => OnKey(s, key),
        (InboundPhase.Open, InboundInput.VerdictReceived verdict) when verdict.StreamId == s.Id => OnVerdict(s, verdict),
        // A restart or handshake has come between: the key was shown on a stream that is no more, and proves nothing about this one.
        (_, InboundInput.VerdictReceived) => Go(s),

        (InboundPhase.AwaitTls, _) => Close(s, XmppReason.TlsFailed),
        _ => Close(s, XmppReason.BadFormat),
    };

    private static StreamStep<InboundStream> OnHeader(InboundStream s, InboundInput.HeaderReceived received)
    {
        var header = received.Header;
        var kept = s.Facts & (StreamFacts.Secure | StreamFacts.Authenticated | StreamFacts.SaslFailed | StreamFacts.Bidi);
        var facts = kept | (received.Facts
            & (StreamFacts.ChannelAccepted | StreamFacts.Proved | StreamFacts.DialbackAllowed | StreamFacts.TlsForbidden | StreamFacts.ExternalOff
                | StreamFacts.BidiAllowed | StreamFacts.ManagementAllowed));
        if (kept.Has(StreamFacts.Secure)) facts |= StreamFacts.ChannelAccepted;
        else facts &= ~StreamFacts.Proved;
        var answer = new StreamOutput.SendHeader(new StreamHeader
        {
            From = received.IsServed ? header.To : s.OwnDomain, To = header.From, Id = received.NewId, HasFeatures = header.HasFeatures,
            SpeaksDialback = facts.Has(StreamFacts.DialbackAllowed) || header.From is null,
        });
        var next = s with { Phase = InboundPhase.Open, Facts = facts, From = header.From, To = header.To, Lang = header.Lang, Id = received.NewId, HasSentHeader = true };
        // A header without "to" is old but legal; its pairs name their targets themselves.
        if (header.To is not null && !received.IsServed) return Close(next, XmppReason.HostUnknown, null, answer);
        if (s.SaslDomain is not null && header.From is not null && header.From != s.SaslDomain) return Close(next, XmppReason.InvalidFrom, null, answer);
        if (received.Refusal != XmppReason.None) return Close(next, received.Refusal, received.RefusalText, answer);
        if (header.HasFeatures)
        {
            var features = new StreamOutput.SendFeatures(StreamFeatures.Offered(facts));
            return facts.Has(StreamFacts.Bidi | StreamFacts.Authenticated) && next.SaslDomain is { } proved && header.To is { } local
                ? Go(next, answer, features, new StreamOutput.BidiReady(new DomainPair(local, proved)))
                : Go(next, answer, features);
        }
        return facts.Has(StreamFacts.ChannelAccepted) ? Go(next, answer) : Close(next, XmppReason.UnsupportedVersion, "TLS is required.", answer);
    }

    private static StreamStep<InboundStream> OnAuth(InboundStream old, InboundInput.AuthReceived auth)
    {
        // Whatever handshake was under way is over (RFC 6120 §6.4.2).
        var s = old with { AwaitsIdentity = false };
        if (s.Facts.Has(StreamFacts.Authenticated)) return Close(s, XmppReason.PolicyViolation);
        if (!s.Facts.Has(StreamFacts.Secure)) return FailSasl(s, SaslCondition.EncryptionRequired);
        if (auth.Mechanism != "EXTERNAL" || s.Facts.Has(StreamFacts.ExternalOff)) return FailSasl(s, SaslCondition.InvalidMechanism);
        if (auth.Identity.Kind == SaslIdentityKind.Absent) return Go(s with { AwaitsIdentity = true }, new StreamOutput.SendChallenge());
        return Judge(s, auth.Identity, auth.IsProved);
    }

    private static StreamStep<InboundStream> Judge(InboundStream s, SaslIdentity identity, bool isProved)
    {
        if (identity.Kind == SaslIdentityKind.NotBase64) return FailSasl(s, SaslCondition.IncorrectEncoding);
        if (identity.Kind == SaslIdentityKind.NoDomain) return FailSasl(s, SaslCondition.InvalidAuthzid);
        string? domain = identity.Domain ?? s.From;
        if (domain is null || (s.From is not null && domain != s.From)) return FailSasl(s, SaslCondition.InvalidAuthzid);
        if (!isProved) return FailSasl(s, SaslCondition.NotAuthorized);
        var next = s with
        {
            Phase = InboundPhase.AwaitHeader, SaslDomain = domain, HasSentHeader = false, Facts = s.Facts | StreamFacts.Authenticated,
            Pairs = s_noPairs,
        };
        return Go(next, new StreamOutput.SendSuccess(), new StreamOutput.Restart(), new StreamOutput.Proved(domain, IsExternal: true));
    }

    // The stream lives on after a failure so that the peer may fall back to dialback (XEP-0178 §3), but not for ever.
    private static StreamStep<InboundStream> FailSasl(InboundStream s, SaslCondition condition)
    {
        var failure = new StreamOutput.SendSaslFailure(condition);
        var next = s with { AwaitsIdentity = false, SaslFailures = s.SaslFailures + 1, Facts = s.Facts | StreamFacts.SaslFailed };
        return next.SaslFailures >= SaslAttemptsMax || !next.Facts.Has(StreamFacts.DialbackAllowed) ? Close(next, XmppReason.SaslFailed, null, failure) : Go(next, failure);
    }

    private static StreamStep<InboundStream> OnKey(InboundStream s, InboundInput.KeyReceived key)
    {
        var judgement = key.Judgement;
        bool isKnown = s.Pairs.TryGetValue(key.Pair, out var phase);
        if (judgement == PairJudgement.MayAsk && !s.Facts.Has(StreamFacts.ChannelAccepted)) judgement = PairJudgement.TlsRequired;
        if (judgement is PairJudgement.MayAsk or PairJudgement.Proved && !isKnown && s.Pairs.Count >= PairsMax) judgement = PairJudgement.TooMany;
        var step = ReceivingPair.OnKey(phase, key.Pair, judgement);
        if (step.Answer is { Word: DialbackWord.Error } refusal)
        {
            var refused = s with { RefusedKeys = s.RefusedKeys + 1 };
            return refused.RefusedKeys >= RefusedKeysMax ? Close(refused, XmppReason.PolicyViolation, "Too many dialback keys were refused.", new StreamOutput.SendDialback(refusal))
                : Go(refused, new StreamOutput.SendDialback(refusal));
        }
        // A pair that was refused takes no room, so that refusals cannot fill the table.
        var next = step.Phase == PairPhase.None ? s : s with { Pairs = s.Pairs.SetItem(key.Pair, step.Phase) };
        var outputs = new List<StreamOutput>(3);
        if (step.MustAsk) outputs.Add(new StreamOutput.AskAuthoritative(key.Pair, key.Key, s.Id));
        if (phase != PairPhase.Valid && step.Phase == PairPhase.Valid) outputs.Add(new StreamOutput.Proved(key.Pair.From, IsExternal: true));
        if (step.Answer is not null) outputs.Add(new StreamOutput.SendDialback(step.Answer));
        return new(next, outputs);
    }

    private static StreamStep<InboundStream> OnVerdict(InboundStream s, InboundInput.VerdictReceived verdict)
    {
        s.Pairs.TryGetValue(verdict.Pair, out var phase);
        var step = ReceivingPair.OnVerdict(phase, verdict.Pair, verdict.Word, verdict.Failure, s.IsProved);
        if (step.Answer is null) return Go(s);
        var answer = new StreamOutput.SendDialback(step.Answer);
        if (step.Phase == PairPhase.Valid)
            return Go(s with { Pairs = s.Pairs.SetItem(verdict.Pair, PairPhase.Valid) }, new StreamOutput.Proved(verdict.Pair.From, IsExternal: false), answer);
        var next = s with { Pairs = s.Pairs.Remove(verdict.Pair) };
        return verdict.Word == DialbackWord.Invalid && !s.IsProved ? Close(next, XmppReason.DialbackInvalid, null, answer) : Go(next, answer);
    }

    private static StreamStep<InboundStream> Go(InboundStream s, params StreamOutput[] outputs) => new(s, outputs);

    private static StreamStep<InboundStream> Close(InboundStream s, XmppReason reason, string? text = null, params StreamOutput[] before)
    {
        var outputs = new List<StreamOutput>(before.Length + 2);
        // RFC 6120 §4.9.1.1: an error before our header still needs the header.
        if (!s.HasSentHeader && s.Phase == InboundPhase.AwaitHeader && StreamErrors.Of(reason) is not null)
            outputs.Add(new StreamOutput.SendHeader(new StreamHeader { From = s.To ?? s.OwnDomain, To = s.From, Id = s.SpareId, HasFeatures = true }));
        outputs.AddRange(before);
        outputs.Add(new StreamOutput.Close(reason, text));
        return new(s with { Phase = InboundPhase.Closed }, outputs);
    }
}
