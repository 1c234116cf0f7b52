using System.Collections.Immutable;
using Gateway.Xmpp.Protocol.Dialback;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>Where an outbound stream stands.</summary>
public enum OutboundPhase
{
    /// <summary>TCP is not there yet.</summary>
    Connecting,
    /// <summary>The peer's header must come.</summary>
    AwaitHeader,
    /// <summary>Its features must come.</summary>
    AwaitFeatures,
    /// <summary>Its word on TLS must come.</summary>
    AwaitProceed,
    /// <summary>The handshake runs.</summary>
    AwaitTls,
    /// <summary>Its word on SASL must come.</summary>
    AwaitSasl,
    /// <summary>Its word on our dialback key must come.</summary>
    AwaitResult,
    /// <summary>Its word on the stream we would resume must come.</summary>
    AwaitResumed,
    /// <summary>Stanzas, or dialback questions, may go.</summary>
    Open,
    /// <summary>Over.</summary>
    Closed,
}

/// <summary>What a stream is opened for.</summary>
public enum OutboundPurpose
{
    /// <summary>To send stanzas of its pair.</summary>
    Stanzas,
    /// <summary>To ask the authoritative server; needs no authentication of ours (XEP-0220 §2.1.2).</summary>
    Ask,
}

/// <summary>What the certificate of a server we dialled is worth.</summary>
/// <param name="IsProved">It proves the domain we mean.</param>
/// <param name="MayDialback">It does not, and policy goes on by dialback all the same.</param>
/// <param name="Text">Why, or why not, in words for the operator.</param>
/// <param name="Told">What the server itself is told when it is not: the fault, and nothing that only our configuration says.</param>
public readonly record struct TargetProof(bool IsProved, bool MayDialback = false, string? Text = null, string? Told = null);

/// <summary>What happens to a stream we open. Closed family.</summary>
public abstract record OutboundInput
{
    private OutboundInput()
    {
    }

    /// <summary>TCP stands.</summary>
    public sealed record Connected : OutboundInput;

    /// <summary>TCP and TLS stand: the target takes TLS from the first byte (XEP-0368).</summary>
    public sealed record ConnectedOverTls(TargetProof Target) : OutboundInput;

    /// <summary>The peer's header.</summary>
    public sealed record HeaderReceived(StreamHeader Header) : OutboundInput;

    /// <summary>Its features.</summary>
    public sealed record FeaturesReceived(StreamOffers Offers) : OutboundInput;

    /// <summary><c>&lt;proceed/&gt;</c>; <paramref name="HasMoreBytes"/> when something already came behind it.</summary>
    public sealed record ProceedReceived(bool HasMoreBytes) : OutboundInput;

    /// <summary>The peer will not do TLS.</summary>
    public sealed record TlsRefused : OutboundInput;

    /// <summary>The handshake is done.</summary>
    public sealed record TlsEstablished(TargetProof Target) : OutboundInput;

    /// <summary>An empty SASL challenge.</summary>
    public sealed record ChallengeReceived : OutboundInput;

    /// <summary>SASL success.</summary>
    public sealed record SaslSucceeded : OutboundInput;

    /// <summary>SASL failure.</summary>
    public sealed record SaslFailed(string Condition) : OutboundInput;

    /// <summary>Dialback step 4 for our pair.</summary>
    public sealed record ResultReceived(DialbackMessage Result) : OutboundInput;

    /// <summary>One more pair would share the open stream.</summary>
    public sealed record PairWanted(DomainPair Pair) : OutboundInput;

    /// <summary>Stream management is on; <paramref name="Id"/> is the name to resume by, or null.</summary>
    public sealed record ManagementEnabled(string? Id) : OutboundInput;

    /// <summary>The earlier stream goes on here; the peer had handled this many stanzas of it.</summary>
    public sealed record Resumed(uint Handled) : OutboundInput;

    /// <summary>Stream management, or the resumption, was refused; <paramref name="Handled"/> where the peer still knows it.</summary>
    public sealed record ManagementFailed(uint? Handled) : OutboundInput;

    /// <summary>The stream must end.</summary>
    public sealed record MustEnd(XmppReason Reason) : OutboundInput;

    /// <summary>The peer ended it.</summary>
    public sealed record EndReceived : OutboundInput;

    /// <summary>The peer ended it with an error.</summary>
    public sealed record ErrorReceived(StreamError Error) : OutboundInput;
}

/// <summary>
/// A stream we open to another server for one domain pair: RFC 6120 §4–6, XEP-0178 and XEP-0220 as originating server, or to ask it as authoritative one.
/// <code>
///   Connecting ▸ AwaitHeader ▸ AwaitFeatures ─starttls▸ AwaitProceed ▸ AwaitTls ─┐
///                    ▲   ▲                                                        │
///                    │   └────────────────────────────────────────────────────────┘
///                    └─success─ AwaitSasl ◂─external── AwaitFeatures ──key──▸ AwaitResult ─valid▸ Open
///                        AwaitFeatures, authenticated ──────────────────────────────────────────▸ Open
/// </code>
/// </summary>
public sealed record OutboundStream(DomainPair Pair, OutboundPurpose Purpose)
{
    /// <summary>Where it stands.</summary>
    public OutboundPhase Phase { get; init; }
    /// <summary>What holds; ChannelAccepted and DialbackAllowed come from policy at the start.</summary>
    public StreamFacts Facts { get; init; }
    /// <summary>The id the peer gave the present stream.</summary>
    public string Id { get; init; } = "";
    /// <summary>The header was in the name of another domain than the one dialled: right before an error (RFC 6120 §4.9.1.3), and nothing else may follow it.</summary>
    public bool IsOther { get; init; }
    /// <summary>The peer's header promised features.</summary>
    public bool HasFeatures { get; init; }
    /// <summary>The language of stanzas that tell none themselves, by the last header.</summary>
    public string? Lang { get; init; }
    /// <summary>What the peer offers.</summary>
    public StreamOffers Offers { get; init; }
    /// <summary>Further pairs that share the stream (XEP-0220 §2.6), and whether each is proved.</summary>
    public ImmutableDictionary<DomainPair, bool> Further { get; init; } = ImmutableDictionary<DomainPair, bool>.Empty;
    /// <summary>The earlier stream to resume (XEP-0198), or null.</summary>
    public string? ResumeId { get; init; }

    /// <summary>
    /// Why the server behind the TLS handshake is not the one that was dialled, or null. It is told so once its own header is there: an error needs a stream to stand in (RFC 6120
    /// §4.9.1.2), and a server that finds our header, an error and the end in one gulp may fail at its answer and never read the error.
    /// </summary>
    public TargetProof? Refusal { get; init; }

    /// <summary>One transition.</summary>
    public static StreamStep<OutboundStream> On(OutboundStream s, OutboundInput input) => (s.Phase, input) switch
    {
        (OutboundPhase.Closed, _) => Go(s),
        (OutboundPhase.AwaitHeader, _) when s.Refusal is { } proof => Close(s, XmppReason.CertificateRefused, proof.Told, proof.Text),
        (_, OutboundInput.MustEnd end) => Close(s, end.Reason),
        // Asked for TLS though it offers none: however it says no, that is what is missing.
        (OutboundPhase.AwaitProceed, OutboundInput.EndReceived or OutboundInput.ErrorReceived) when !s.Offers.Has(StreamOffers.StartTls) => Close(s, XmppReason.TlsRequired),
        // It refused our certificate, and that was its last word, though dialback was tried behind it (XEP-0178 §3 step 12).
        (OutboundPhase.AwaitResult, OutboundInput.EndReceived) when s.IsSaslTried => Close(s, XmppReason.SaslFailed),
        (_, OutboundInput.EndReceived) => Close(s, XmppReason.PeerClosed),
        (_, OutboundInput.ErrorReceived error) => Close(s, StreamErrorMeanings.ReasonOf(error.Error.Condition), StreamErrors.Describe(error.Error)),

        (OutboundPhase.Connecting, OutboundInput.ConnectedOverTls tls) => OnSecured(s, tls.Target),
        (OutboundPhase.Connecting, OutboundInput.Connected) => Go(s with { Phase = OutboundPhase.AwaitHeader }, Hello(s)),
        (OutboundPhase.AwaitHeader, OutboundInput.HeaderReceived { Header: var header }) => OnHeader(s, header),
        (OutboundPhase.AwaitFeatures, OutboundInput.FeaturesReceived) when s.IsOther => Close(s, XmppReason.InvalidFrom),
        (OutboundPhase.AwaitFeatures, OutboundInput.FeaturesReceived features) => Choose(s with { Offers = s.Offers | features.Offers }),

        (OutboundPhase.AwaitProceed, OutboundInput.ProceedReceived { HasMoreBytes: true }) => Close(s, XmppReason.BytesBeforeTls),
        (OutboundPhase.AwaitProceed, OutboundInput.ProceedReceived) =>
            Go(s with { Phase = OutboundPhase.AwaitTls }, new StreamOutput.Restart(), new StreamOutput.BeginTls()),
        (OutboundPhase.AwaitProceed, OutboundInput.TlsRefused) => Close(s, s.Offers.Has(StreamOffers.StartTls) ? XmppReason.TlsFailed : XmppReason.TlsRequired),
        (OutboundPhase.AwaitTls, OutboundInput.TlsEstablished tls) => OnSecured(s, tls.Target),

        (OutboundPhase.AwaitSasl, OutboundInput.ChallengeReceived) => Go(s, new StreamOutput.SendResponse(s.Pair.From)),
        (OutboundPhase.AwaitSasl, OutboundInput.SaslSucceeded) => Go(
            s with { Phase = OutboundPhase.AwaitHeader, Offers = StreamOffers.None, Facts = s.Facts | StreamFacts.Authenticated }, new StreamOutput.Restart(), Hello(s)),
        (OutboundPhase.AwaitSasl, OutboundInput.SaslFailed) when s.MayDialback =>
            Choose(s with { Facts = s.Facts | StreamFacts.SaslFailed }),
        (OutboundPhase.AwaitSasl, OutboundInput.SaslFailed failed) => Close(s, XmppReason.SaslFailed, failed.Condition),

        (OutboundPhase.AwaitResult, OutboundInput.ResultReceived { Result: var result }) when result.Pair == s.Pair => OnResult(s, result),
        (OutboundPhase.Open, OutboundInput.PairWanted wanted) => s.MayCarry(wanted.Pair, isOneSystem: true)
            ? Go(s with { Further = s.Further.SetItem(wanted.Pair, false) }, new StreamOutput.SendKey(wanted.Pair, s.Id))
            : Go(s, new StreamOutput.PairRefused(wanted.Pair)),
        (OutboundPhase.Open, OutboundInput.ResultReceived { Result: var result }) when s.Further.TryGetValue(result.Pair, out bool isProved) && !isProved =>
            result.Word == DialbackWord.Valid
                ? Go(s with { Further = s.Further.SetItem(result.Pair, true) }, new StreamOutput.PairOpened(result.Pair))
                : Go(s with { Further = s.Further.Remove(result.Pair) }, new StreamOutput.PairRefused(result.Pair)),
        (OutboundPhase.AwaitResumed, OutboundInput.Resumed resumed) => Go(
            s with { Phase = OutboundPhase.Open, ResumeId = null, Facts = s.Facts | StreamFacts.Managed }, new StreamOutput.StreamResumed(resumed.Handled), new StreamOutput.Opened(IsExternal: true)),
        (OutboundPhase.AwaitResumed, OutboundInput.ManagementFailed failed) => Manage(s with { ResumeId = null }, new StreamOutput.ResumptionFailed(failed.Handled)),
        (OutboundPhase.Open, OutboundInput.ManagementEnabled enabled) when s.Facts.Has(StreamFacts.Managed) => Go(s, new StreamOutput.ManagementEnabled(enabled.Id)),
        (OutboundPhase.Open, OutboundInput.ManagementFailed) when s.Facts.Has(StreamFacts.Managed) =>
            Go(s with { Facts = s.Facts & ~StreamFacts.Managed }, new StreamOutput.ManagementOff()),
        // An answer nobody asked for is dropped (XEP-0220 §4.1).
        (_, OutboundInput.ResultReceived) => Go(s),
        // Some servers repeat their features when something changes; nothing is left to choose.
        (OutboundPhase.Open, OutboundInput.FeaturesReceived) => Go(s),
        _ => Close(s, XmppReason.BadFormat),
    };

    /// <summary>True when EXTERNAL was what failed and dialback may still be tried: some servers end the stream with their refusal (XEP-0178 §3 step 12).</summary>
    public bool IsWorthDialback => Facts.Has(StreamFacts.DialbackAllowed | StreamFacts.Secure) && !Facts.Has(StreamFacts.Authenticated) && IsSaslTried;

    /// <summary>True once EXTERNAL was tried on this connection.</summary>
    public bool IsSaslTried { get; init; }

    /// <summary>Pairs one stream of ours carries.</summary>
    public const int FurtherMax = 255;

    /// <summary>True when one more pair may be tried here: another sender to the same domain always, another target only where errors do not end the stream (XEP-0220 §2.6).</summary>
    public bool MayCarry(DomainPair pair, bool isOneSystem) =>
        Phase == OutboundPhase.Open && Purpose == OutboundPurpose.Stanzas && Id.Length > 0 && pair != Pair && !Further.ContainsKey(pair) && Further.Count < FurtherMax
        && MayDialback && !Facts.Has(StreamFacts.Managed) && !Facts.Has(StreamFacts.Bidi) && (pair.To == Pair.To || (isOneSystem && Offers.Has(StreamOffers.DialbackErrors)));

    private bool MayDialback => Offers.Has(StreamOffers.Dialback) && Facts.Has(StreamFacts.DialbackAllowed | StreamFacts.ChannelAccepted);

    private static StreamStep<OutboundStream> OnHeader(OutboundStream s, StreamHeader header)
    {
        var next = s with
        {
            Phase = OutboundPhase.AwaitFeatures, Id = header.Id ?? "", Offers = header.SpeaksDialback ? StreamOffers.Dialback : StreamOffers.None, Lang = header.Lang,
            HasFeatures = header.HasFeatures, IsOther = header.From is not null && header.From != s.Pair.To,
        };
        if (header.HasFeatures) return Go(next);
        return next.IsOther ? Close(next, XmppReason.InvalidFrom) : Choose(next);
    }

    private static StreamStep<OutboundStream> OnSecured(OutboundStream s, TargetProof target)
    {
        var facts = s.Facts | StreamFacts.Secure | StreamFacts.ChannelAccepted | (target.IsProved ? StreamFacts.Proved : StreamFacts.None);
        // Whom we speak to must be proved as well; only a peer that may use dialback is taken by its address alone.
        if (!target.IsProved && !(target.MayDialback && facts.Has(StreamFacts.DialbackAllowed)))
            return Go(s with { Phase = OutboundPhase.AwaitHeader, Facts = facts, Refusal = target }, Hello(s));
        return Go(s with { Phase = OutboundPhase.AwaitHeader, Facts = facts, Offers = StreamOffers.None }, Hello(s));
    }

    private static StreamStep<OutboundStream> Choose(OutboundStream s)
    {
        if (s.Offers.Has(StreamOffers.StartTlsRequired) && s.Facts.Has(StreamFacts.TlsForbidden)) return Close(s, XmppReason.TlsForbidden, "TLS is not used with this server.");
        // Somebody on the way may have taken the offer out, so TLS that must be is tried without it (RFC 7590 §3.1); where policy takes a stream in clear, the offer decides.
        bool mustHaveTls = !s.Facts.Has(StreamFacts.ChannelAccepted) && !s.Facts.Has(StreamFacts.TlsForbidden);
        if (mustHaveTls && s.HasFeatures && !s.Offers.Has(StreamOffers.StartTls)) return Go(s with { Phase = OutboundPhase.AwaitProceed }, new StreamOutput.SendStartTls());
        foreach (var feature in StreamFeature.Outbound)
        {
            if (!s.Offers.Has(feature.Offer) || !feature.IsUsable(s.Facts)) continue;
            if (feature.Offer != StreamOffers.StartTls && s.Purpose == OutboundPurpose.Ask) break;
            switch (feature.Offer)
            {
                case StreamOffers.StartTls:
                    return Go(s with { Phase = OutboundPhase.AwaitProceed }, new StreamOutput.SendStartTls());
                case StreamOffers.External:
                    return GoBidi(s with { Phase = OutboundPhase.AwaitSasl, IsSaslTried = true }, new StreamOutput.SendAuth(s.Pair.From));
                default:
                    return s.Id.Length == 0
                        ? Close(s, XmppReason.BadFormat, "A stream without id.")
                        : GoBidi(s with { Phase = OutboundPhase.AwaitResult }, new StreamOutput.SendKey(s.Pair, s.Id));
            }
        }
        if (s.Facts.Has(StreamFacts.Authenticated)) return Manage(s);
        if (!s.Facts.Has(StreamFacts.ChannelAccepted)) return Close(s, XmppReason.TlsRequired);
        if (s.Purpose == OutboundPurpose.Ask) return Go(s with { Phase = OutboundPhase.Open }, new StreamOutput.ReadyToAsk());
        return Close(s, XmppReason.NoWayToAuthenticate, "Neither EXTERNAL nor a dialback that is allowed here is offered.");
    }

    // Asked for before authentication and only of a server whose certificate proves it: what it says on this stream is believed by that (XEP-0288 §2).
    private static StreamStep<OutboundStream> GoBidi(OutboundStream s, StreamOutput next)
    {
        bool isWanted = s.Purpose == OutboundPurpose.Stanzas && s.Offers.Has(StreamOffers.Bidi) && s.Facts.Has(StreamFacts.Secure | StreamFacts.Proved | StreamFacts.BidiAllowed);
        return isWanted && !s.Facts.Has(StreamFacts.Bidi) ? Go(s with { Facts = s.Facts | StreamFacts.Bidi }, new StreamOutput.SendBidi(), next) : Go(s, next);
    }

    // What is sent behind <enable/> is counted at once: nothing has to wait for its answer (XEP-0198 §3).
    private static StreamStep<OutboundStream> Manage(OutboundStream s, params StreamOutput[] before)
    {
        bool isManaged = s.Purpose == OutboundPurpose.Stanzas && s.Offers.Has(StreamOffers.Management) && s.Facts.Has(StreamFacts.ManagementAllowed) && !s.Facts.Has(StreamFacts.Bidi);
        var opened = new StreamOutput.Opened(IsExternal: true);
        if (!isManaged) return Go(s with { Phase = OutboundPhase.Open }, [.. before, opened]);
        if (s.ResumeId is { } id) return Go(s with { Phase = OutboundPhase.AwaitResumed }, [.. before, new StreamOutput.SendResume(id)]);
        return Go(s with { Phase = OutboundPhase.Open, Facts = s.Facts | StreamFacts.Managed }, [.. before, new StreamOutput.SendEnable(), opened]);
    }

    private static StreamStep<OutboundStream> OnResult(OutboundStream s, DialbackMessage result) => result.Word switch
    {
        DialbackWord.Valid => Go(s with { Phase = OutboundPhase.Open }, new StreamOutput.Opened(IsExternal: false)),
        DialbackWord.Invalid => Close(s, XmppReason.DialbackInvalid),
        // This stream carries one pair: an error, though not fatal to the stream, leaves it without use.
        _ => Close(s, XmppReason.DialbackError, result.Condition.ToString()),
    };

    private static StreamOutput Hello(OutboundStream s) => new StreamOutput.SendHeader(new StreamHeader
    {
        From = s.Pair.From, To = s.Pair.To, HasFeatures = true, SpeaksDialback = s.Facts.Has(StreamFacts.DialbackAllowed),
    });

    private static StreamStep<OutboundStream> Go(OutboundStream s, params StreamOutput[] outputs) => new(s, outputs);

    private static StreamStep<OutboundStream> Close(OutboundStream s, XmppReason reason, string? text = null, string? detail = null) =>
        new(s with { Phase = OutboundPhase.Closed }, [new StreamOutput.Close(reason, text) { Detail = detail }]);
}
