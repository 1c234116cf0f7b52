using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;

namespace Xmpp.Protocol.Tests.Streams;

/// <summary>The inbound machine: RFC 6120 §4–6, XEP-0178, XEP-0220.</summary>
public sealed class InboundStreamTests
{
    private const StreamFacts Nothing = StreamFacts.None;
    private static readonly DomainPair s_pair = new("capulet.example", "contoso.example");
    private readonly List<StreamOutput> _sent = [];
    private InboundStream _stream = new();

    [Fact]
    public void With_TLS_and_a_proving_certificate_EXTERNAL_is_offered_and_succeeds()
    {
        Header(Nothing);
        Assert.Equal(StreamOffers.StartTls | StreamOffers.StartTlsRequired, Offers());
        On(new InboundInput.StartTlsReceived(HasMoreBytes: false));
        Assert.IsType<StreamOutput.BeginTls>(_sent[^1]);
        On(new InboundInput.TlsEstablished());
        Header(StreamFacts.Proved);
        Assert.Equal(StreamOffers.External, Offers());
        On(new InboundInput.AuthReceived("EXTERNAL", new SaslIdentity(SaslIdentityKind.Domain, "capulet.example"), IsProved: true));
        Assert.Contains(_sent, output => output is StreamOutput.Proved { Domain: "capulet.example", IsExternal: true });
        Header(StreamFacts.Proved);
        Assert.Equal(StreamOffers.None, Offers());
        Assert.Equal(XmppReason.None, Judge("a@capulet.example/x", "b@contoso.example"));
        Assert.Equal(XmppReason.InvalidFrom, Judge("a@montague.example", "b@contoso.example"));
        Assert.Equal(XmppReason.HostUnknown, Judge("a@capulet.example", "b@contoso.example", isServed: false));
        Assert.Equal(XmppReason.ImproperAddressing, Judge(null, "b@contoso.example"));
        Assert.Equal(XmppReason.ImproperAddressing, Judge("a@capulet.example", null));
    }

    [Fact]
    public void An_unknown_host_gets_a_header_and_host_unknown()
    {
        On(new InboundInput.HeaderReceived(Hello(), IsServed: false, Nothing, "1"));
        Assert.IsType<StreamOutput.SendHeader>(_sent[^2]);
        AssertClosed(XmppReason.HostUnknown);
    }

    [Fact]
    public void Bytes_behind_starttls_end_the_stream()
    {
        Header(Nothing);
        On(new InboundInput.StartTlsReceived(HasMoreBytes: true));
        AssertClosed(XmppReason.BytesBeforeTls);
    }

    [Fact]
    public void A_stanza_before_any_proof_is_not_authorized()
    {
        Header(StreamFacts.ChannelAccepted);
        Assert.Equal(XmppReason.NotAuthorized, Judge("a@capulet.example", "b@contoso.example"));
    }

    [Fact]
    public void EXTERNAL_without_TLS_or_proof_or_with_a_foreign_identity_fails()
    {
        Header(StreamFacts.DialbackAllowed);
        On(Auth("capulet.example", isProved: true));
        Assert.Equal(new StreamOutput.SendSaslFailure(SaslCondition.EncryptionRequired), _sent[^1]);
        Secure();
        Header(StreamFacts.DialbackAllowed);
        On(Auth("montague.example", isProved: true));
        Assert.Equal(new StreamOutput.SendSaslFailure(SaslCondition.InvalidAuthzid), _sent[^1]);
        On(Auth("capulet.example", isProved: false));
        AssertClosed(XmppReason.SaslFailed);
    }

    [Fact]
    public void An_empty_initial_response_is_asked_for_and_an_equals_sign_means_the_header()
    {
        Secure();
        Header(StreamFacts.Proved | StreamFacts.DialbackAllowed);
        On(new InboundInput.AuthReceived("EXTERNAL", new SaslIdentity(SaslIdentityKind.Absent, null), IsProved: true));
        Assert.IsType<StreamOutput.SendChallenge>(_sent[^1]);
        On(new InboundInput.ResponseReceived(new SaslIdentity(SaslIdentityKind.Empty, null), IsProved: true));
        Assert.Equal("capulet.example", _stream.SaslDomain);
    }

    [Fact, Clause("RFC 6120", "6.4.2")]
    public void A_second_auth_ends_the_handshake_that_was_under_way()
    {
        Secure();
        Header(StreamFacts.Proved | StreamFacts.DialbackAllowed);
        On(new InboundInput.AuthReceived("EXTERNAL", new SaslIdentity(SaslIdentityKind.Absent, null), IsProved: true));
        On(Auth("capulet.example", isProved: true));
        Assert.Equal("capulet.example", _stream.SaslDomain);
        Header(StreamFacts.Proved);
        On(new InboundInput.ResponseReceived(new SaslIdentity(SaslIdentityKind.Empty, null), IsProved: true));
        AssertClosed(XmppReason.BadFormat);
    }

    [Fact, Clause("RFC 6120", "6.4.4")]
    public void Who_gives_up_is_told_so_and_may_try_dialback()
    {
        Secure();
        Header(StreamFacts.Proved | StreamFacts.DialbackAllowed);
        On(new InboundInput.AuthReceived("EXTERNAL", new SaslIdentity(SaslIdentityKind.Absent, null), IsProved: true));
        On(new InboundInput.AbortReceived());
        Assert.Equal(new StreamOutput.SendSaslFailure(SaslCondition.Aborted), _sent[^1]);
        Assert.Equal(InboundPhase.Open, _stream.Phase);
    }

    [Fact, Clause("RFC 6120", "6.4.5")]
    public void Who_fails_too_often_is_sent_away_with_policy_violation()
    {
        Secure();
        Header(StreamFacts.DialbackAllowed);
        for (int n = 0; n < 3; n++)
        {
            Assert.Equal(InboundPhase.Open, _stream.Phase);
            On(Auth("capulet.example", isProved: false));
        }
        AssertClosed(XmppReason.SaslFailed);
        Assert.Equal((StreamCondition.PolicyViolation, null), (StreamErrors.Of(XmppReason.SaslFailed, isReceiving: true), StreamErrors.Of(XmppReason.SaslFailed)));
    }

    [Fact]
    public void Without_dialback_a_failed_EXTERNAL_ends_the_stream()
    {
        Secure();
        Header(Nothing);
        On(Auth("capulet.example", isProved: false));
        AssertClosed(XmppReason.SaslFailed);
    }

    [Fact]
    public void Dialback_asks_waits_and_then_the_pair_is_valid()
    {
        Secure();
        Header(StreamFacts.DialbackAllowed);
        Assert.True(Offers().Has(StreamOffers.Dialback));
        On(new InboundInput.KeyReceived(s_pair, "key", PairJudgement.MayAsk));
        Assert.Equal(new StreamOutput.AskAuthoritative(s_pair, "key", "1"), _sent[^1]);
        Assert.Equal(XmppReason.NotAuthorized, Judge("a@capulet.example", "b@contoso.example"));
        On(new InboundInput.VerdictReceived(s_pair, "1", DialbackWord.Valid, DialbackCondition.Other));
        Assert.Equal(DialbackWord.Valid, Assert.IsType<StreamOutput.SendDialback>(_sent[^1]).Message.Word);
        Assert.Equal(XmppReason.None, Judge("a@capulet.example", "b@contoso.example"));
    }

    [Fact, Clause("XEP-0220", "2.3"), Clause("RFC 6120", "5.4.3.3")]
    public void A_verdict_on_a_key_of_the_stream_before_TLS_proves_nothing_behind_it()
    {
        Header(StreamFacts.ChannelAccepted | StreamFacts.DialbackAllowed);
        On(new InboundInput.KeyReceived(s_pair, "key", PairJudgement.MayAsk));
        On(new InboundInput.StartTlsReceived(HasMoreBytes: false));
        On(new InboundInput.TlsEstablished());
        On(new InboundInput.HeaderReceived(Hello(), IsServed: true, StreamFacts.DialbackAllowed, "2"));

        On(new InboundInput.VerdictReceived(s_pair, "1", DialbackWord.Valid, DialbackCondition.Other));
        Assert.False(_stream.IsProved);
        On(new InboundInput.KeyReceived(s_pair, "another key", PairJudgement.MayAsk));
        Assert.Equal(new StreamOutput.AskAuthoritative(s_pair, "another key", "2"), _sent[^1]);
        On(new InboundInput.VerdictReceived(s_pair, "1", DialbackWord.Valid, DialbackCondition.Other));
        Assert.False(_stream.IsProved);
        On(new InboundInput.VerdictReceived(s_pair, "2", DialbackWord.Valid, DialbackCondition.Other));
        Assert.True(_stream.IsProved);
    }

    [Fact]
    public void A_wrong_key_ends_the_stream_only_when_nothing_else_is_valid()
    {
        Secure();
        Header(StreamFacts.DialbackAllowed);
        var other = new DomainPair("rooms.capulet.example", "contoso.example");
        On(new InboundInput.KeyReceived(s_pair, "key", PairJudgement.Proved));
        On(new InboundInput.KeyReceived(other, "key", PairJudgement.MayAsk));
        On(new InboundInput.VerdictReceived(other, "1", DialbackWord.Invalid, DialbackCondition.Other));
        Assert.Equal(DialbackCondition.Forbidden, Assert.IsType<StreamOutput.SendDialback>(_sent[^1]).Message.Condition);
        Assert.Equal(InboundPhase.Open, _stream.Phase);

        _stream = _stream with { Pairs = _stream.Pairs.Clear() };
        On(new InboundInput.KeyReceived(other, "key", PairJudgement.MayAsk));
        On(new InboundInput.VerdictReceived(other, "1", DialbackWord.Invalid, DialbackCondition.Other));
        Assert.Equal(DialbackWord.Invalid, Assert.IsType<StreamOutput.SendDialback>(_sent[^2]).Message.Word);
        AssertClosed(XmppReason.DialbackInvalid);
    }

    [Fact]
    public void Dialback_in_clear_is_refused_where_TLS_is_required()
    {
        Header(StreamFacts.DialbackAllowed);
        Assert.False(Offers().Has(StreamOffers.Dialback));
        On(new InboundInput.KeyReceived(s_pair, "key", PairJudgement.MayAsk));
        Assert.Equal(DialbackCondition.PolicyViolation, Assert.IsType<StreamOutput.SendDialback>(_sent[^1]).Message.Condition);
    }

    [Fact]
    public void A_stream_carries_a_bounded_number_of_pairs()
    {
        Secure();
        Header(StreamFacts.DialbackAllowed);
        for (int n = 0; n <= InboundStream.PairsMax; n++)
            On(new InboundInput.KeyReceived(new DomainPair($"d{n}.example", "contoso.example"), "key", PairJudgement.MayAsk));
        Assert.Equal(InboundStream.PairsMax, _stream.Pairs.Count);
        Assert.Equal(DialbackCondition.ResourceConstraint, Assert.IsType<StreamOutput.SendDialback>(_sent[^1]).Message.Condition);
    }

    [Fact]
    public void Whoever_shows_one_refused_key_after_the_other_is_sent_away()
    {
        Secure();
        Header(StreamFacts.DialbackAllowed);
        for (int n = 1; n < InboundStream.RefusedKeysMax; n++)
            On(new InboundInput.KeyReceived(new DomainPair($"d{n}.example", "contoso.example"), "key", PairJudgement.Refused));
        Assert.Equal(InboundPhase.Open, _stream.Phase);
        On(new InboundInput.KeyReceived(s_pair, "key", PairJudgement.Refused));

        Assert.Equal(DialbackCondition.NotAcceptable, Assert.IsType<StreamOutput.SendDialback>(_sent[^2]).Message.Condition);
        AssertClosed(XmppReason.PolicyViolation);
    }

    [Fact]
    public void After_the_end_nothing_happens_any_more()
    {
        Header(Nothing);
        On(new InboundInput.EndReceived());
        AssertClosed(XmppReason.PeerClosed);
        _sent.Clear();
        Header(Nothing);
        On(new InboundInput.MustEnd(XmppReason.SystemShutdown));
        Assert.Empty(_sent);
    }

    [Fact]
    public void An_error_before_our_header_is_preceded_by_one()
    {
        On(new InboundInput.MustEnd(XmppReason.DoctypeForbidden));
        Assert.Collection(_sent, output => Assert.IsType<StreamOutput.SendHeader>(output), output => Assert.IsType<StreamOutput.Close>(output));
    }

    private static StreamHeader Hello() => new() { From = "capulet.example", To = "contoso.example", HasFeatures = true, SpeaksDialback = true };

    private static InboundInput.AuthReceived Auth(string domain, bool isProved) => new("EXTERNAL", new SaslIdentity(SaslIdentityKind.Domain, domain), isProved);

    private static Jid? Address(string? text) => text is not null && Jid.TryParse(text, out var jid) ? jid : null;

    private XmppReason Judge(string? from, string? to, bool isServed = true) => _stream.JudgeStanza(Address(from), Address(to), isServed);

    private StreamOffers Offers() => Assert.IsType<StreamOutput.SendFeatures>(_sent[^1]).Offers;

    private void Header(StreamFacts facts) => On(new InboundInput.HeaderReceived(Hello(), IsServed: true, facts, "1"));

    private void Secure()
    {
        if (_stream.Phase == InboundPhase.AwaitHeader) Header(Nothing);
        On(new InboundInput.StartTlsReceived(HasMoreBytes: false));
        On(new InboundInput.TlsEstablished());
    }

    private void On(InboundInput input)
    {
        var step = InboundStream.On(_stream, input);
        _stream = step.Next;
        _sent.AddRange(step.Outputs);
    }

    private void AssertClosed(XmppReason reason)
    {
        Assert.Equal(InboundPhase.Closed, _stream.Phase);
        Assert.Equal(reason, Assert.IsType<StreamOutput.Close>(_sent[^1]).Reason);
    }
}
