using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;

namespace Xmpp.Protocol.Tests.Streams;

/// <summary>The outbound machine: RFC 6120 §4–6, XEP-0178, XEP-0220.</summary>
public sealed class OutboundStreamTests
{
    private static readonly DomainPair s_pair = new("contoso.example", "capulet.example");
    private readonly List<StreamOutput> _sent = [];
    private OutboundStream _stream = new(s_pair, OutboundPurpose.Stanzas);

    [Fact]
    public void TLS_then_EXTERNAL_then_open()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls | StreamOffers.Dialback);
        Assert.IsType<StreamOutput.SendStartTls>(_sent[^1]);
        Secure(isProved: true);
        Offer(StreamOffers.External | StreamOffers.Dialback);
        Assert.Equal(new StreamOutput.SendAuth("contoso.example"), _sent[^1]);
        On(new OutboundInput.ChallengeReceived());
        Assert.Equal(new StreamOutput.SendResponse("contoso.example"), _sent[^1]);
        On(new OutboundInput.SaslSucceeded());
        Hear();
        Offer(StreamOffers.None);
        Assert.Equal(new StreamOutput.Opened(IsExternal: true), _sent[^1]);
    }

    [Fact]
    public void A_refused_EXTERNAL_falls_back_to_dialback_only_where_allowed()
    {
        Begin(StreamFacts.DialbackAllowed);
        Offer(StreamOffers.StartTls);
        Secure(isProved: false);
        Offer(StreamOffers.External | StreamOffers.Dialback);
        On(new OutboundInput.SaslFailed("not-authorized"));
        Assert.Equal(new StreamOutput.SendKey(s_pair, "id"), _sent[^1]);
        On(new OutboundInput.ResultReceived(new DialbackMessage(DialbackStep.Result, s_pair with { To = "x.example" }) { Word = DialbackWord.Valid }));
        Assert.Equal(OutboundPhase.AwaitResult, _stream.Phase);
        On(new OutboundInput.ResultReceived(new DialbackMessage(DialbackStep.Result, s_pair) { Word = DialbackWord.Valid }));
        Assert.Equal(new StreamOutput.Opened(IsExternal: false), _sent[^1]);

        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        Secure(isProved: true);
        Offer(StreamOffers.External);
        On(new OutboundInput.SaslFailed("not-authorized"));
        AssertClosed(XmppReason.SaslFailed);
    }

    [Fact]
    public void Without_TLS_we_go_on_only_where_policy_says_so()
    {
        Begin(StreamFacts.DialbackAllowed);
        Offer(StreamOffers.Dialback);
        On(new OutboundInput.TlsRefused());
        AssertClosed(XmppReason.TlsRequired);

        Begin(StreamFacts.DialbackAllowed | StreamFacts.ChannelAccepted);
        Offer(StreamOffers.Dialback);
        Assert.IsType<StreamOutput.SendKey>(_sent[^1]);
        On(new OutboundInput.ResultReceived(new DialbackMessage(DialbackStep.Result, s_pair) { Word = DialbackWord.Invalid }));
        AssertClosed(XmppReason.DialbackInvalid);
    }

    [Fact]
    public void A_server_that_is_refused_hears_its_fault_and_nothing_of_our_configuration()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        On(new OutboundInput.ProceedReceived(HasMoreBytes: false));
        On(new OutboundInput.TlsEstablished(new TargetProof(false, Text: "Peer 'theirs': Expired", Told: "The certificate does not prove 'capulet.example' (Expired).")));
        Hear();

        var close = Assert.IsType<StreamOutput.Close>(_sent[^1]);
        Assert.Equal(("The certificate does not prove 'capulet.example' (Expired).", "Peer 'theirs': Expired"), (close.Text, close.Detail));
    }

    [Fact]
    public void An_unproved_target_is_left_unless_dialback_is_allowed()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        Secure(isProved: false);
        AssertClosed(XmppReason.CertificateRefused);
    }

    [Fact]
    public void Bytes_behind_proceed_and_a_refusal_of_TLS_end_it()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        On(new OutboundInput.ProceedReceived(HasMoreBytes: true));
        AssertClosed(XmppReason.BytesBeforeTls);

        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        On(new OutboundInput.TlsRefused());
        AssertClosed(XmppReason.TlsFailed);
    }

    [Fact]
    public void A_stream_for_questions_needs_no_authentication()
    {
        Begin(StreamFacts.DialbackAllowed, OutboundPurpose.Ask);
        Offer(StreamOffers.StartTls | StreamOffers.Dialback);
        Secure(isProved: false);
        Offer(StreamOffers.External | StreamOffers.Dialback);
        Assert.IsType<StreamOutput.ReadyToAsk>(_sent[^1]);
    }

    [Fact]
    public void A_peer_from_before_features_gets_dialback_at_once()
    {
        _stream = new OutboundStream(s_pair, OutboundPurpose.Stanzas) { Facts = StreamFacts.DialbackAllowed | StreamFacts.ChannelAccepted };
        On(new OutboundInput.Connected());
        On(new OutboundInput.HeaderReceived(new StreamHeader { Id = "old", SpeaksDialback = true }));
        Assert.Equal(new StreamOutput.SendKey(s_pair, "old"), _sent[^1]);
    }

    [Fact]
    public void A_header_from_somebody_else_ends_it()
    {
        Begin(StreamFacts.None, hear: false);
        On(new OutboundInput.HeaderReceived(new StreamHeader { From = "evil.example", Id = "id", HasFeatures = true }));
        Offer(StreamOffers.StartTls);
        AssertClosed(XmppReason.InvalidFrom);

        Begin(StreamFacts.ChannelAccepted | StreamFacts.DialbackAllowed, hear: false);
        On(new OutboundInput.HeaderReceived(new StreamHeader { From = "evil.example", Id = "id", SpeaksDialback = true }));
        AssertClosed(XmppReason.InvalidFrom);
    }

    [Fact, Clause("RFC 6120", "4.9.1.3")]
    public void A_header_from_somebody_else_may_stand_before_an_error()
    {
        Begin(StreamFacts.None, hear: false);
        On(new OutboundInput.HeaderReceived(new StreamHeader { From = "default.example", Id = "id", HasFeatures = true }));
        On(new OutboundInput.ErrorReceived(new StreamError(StreamCondition.HostUnknown)));
        AssertClosed(XmppReason.PeerNotServing);
    }

    [Theory, Clause("RFC 7590", "3.1")]
    [InlineData("failure")]
    [InlineData("error")]
    [InlineData("end")]
    public void TLS_that_must_be_is_asked_for_though_it_is_not_offered(string answer)
    {
        Begin(StreamFacts.DialbackAllowed);
        Offer(StreamOffers.Dialback);
        Assert.IsType<StreamOutput.SendStartTls>(_sent[^1]);
        On(answer switch
        {
            "failure" => new OutboundInput.TlsRefused(),
            "error" => new OutboundInput.ErrorReceived(new StreamError(StreamCondition.UnsupportedStanzaType)),
            _ => new OutboundInput.EndReceived(),
        });
        AssertClosed(XmppReason.TlsRequired);

        Begin(StreamFacts.DialbackAllowed);
        Offer(StreamOffers.Dialback);
        Secure(isProved: true);
        Offer(StreamOffers.External);
        Assert.IsType<StreamOutput.SendAuth>(_sent[^1]);
    }

    [Fact, Clause("RFC 7590", "3.1")]
    public void A_server_from_before_features_is_not_asked_for_TLS_and_left()
    {
        Begin(StreamFacts.DialbackAllowed, hear: false);
        On(new OutboundInput.HeaderReceived(new StreamHeader { Id = "old", SpeaksDialback = true }));
        AssertClosed(XmppReason.TlsRequired);
    }

    [Fact, Clause("RFC 6120", "6.5")]
    public void A_failure_that_nobody_defined_is_one_of_authentication()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        Secure(isProved: true);
        Offer(StreamOffers.External);
        On(new OutboundInput.SaslFailed("of-tomorrow"));
        AssertClosed(XmppReason.SaslFailed);
    }

    [Fact]
    public void Nothing_to_authenticate_by_ends_it()
    {
        Begin(StreamFacts.None);
        Offer(StreamOffers.StartTls);
        Secure(isProved: true);
        Offer(StreamOffers.Dialback);
        AssertClosed(XmppReason.NoWayToAuthenticate);
    }

    [Fact]
    public void A_stream_error_of_the_peer_is_kept_as_text()
    {
        Begin(StreamFacts.None);
        On(new OutboundInput.ErrorReceived(new StreamError(StreamCondition.HostUnknown)));
        Assert.Equal(new StreamOutput.Close(XmppReason.PeerNotServing, "host-unknown"), _sent[^1]);
    }

    private void Begin(StreamFacts facts, OutboundPurpose purpose = OutboundPurpose.Stanzas, bool hear = true)
    {
        _stream = new OutboundStream(s_pair, purpose) { Facts = facts };
        On(new OutboundInput.Connected());
        Assert.IsType<StreamOutput.SendHeader>(_sent[^1]);
        if (hear) Hear();
    }

    private void Hear() => On(new OutboundInput.HeaderReceived(new StreamHeader { From = "capulet.example", Id = "id", HasFeatures = true }));

    private void Offer(StreamOffers offers) => On(new OutboundInput.FeaturesReceived(offers));

    private void Secure(bool isProved)
    {
        On(new OutboundInput.ProceedReceived(HasMoreBytes: false));
        Assert.IsType<StreamOutput.BeginTls>(_sent[^1]);
        On(new OutboundInput.TlsEstablished(new TargetProof(isProved, MayDialback: true)));
        if (_stream.Phase == OutboundPhase.AwaitHeader) Hear();
    }

    private void On(OutboundInput input)
    {
        var step = OutboundStream.On(_stream, input);
        _stream = step.Next;
        _sent.AddRange(step.Outputs);
    }

    private void AssertClosed(XmppReason reason)
    {
        Assert.Equal(OutboundPhase.Closed, _stream.Phase);
        Assert.Equal(reason, Assert.IsType<StreamOutput.Close>(_sent[^1]).Reason);
    }
}
