using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Conversations;

public sealed class SessionTests
{
    private const string LyncOffer =
        "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=message 5060 sip null\r\na=accept-types:text/plain text/html image/gif \r\n";

    private const string MixedOffer =
        "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\nm=x-ms-message 5060 sip null\r\n";

    [Fact]
    public void Accept_types_of_lync_are_read_despite_the_trailing_blank()
    {
        Assert.True(SessionDescription.TryRead(Encoding.UTF8.GetBytes(LyncOffer), out var offer));

        Assert.Equal(["text/plain", "text/html", "image/gif"], offer.Message!.AcceptTypes);
    }

    [Fact]
    [Clause("RFC3264", "6")]
    public void A_mixed_offer_is_answered_with_the_same_media_token_and_port_zero_for_the_rest()
    {
        SessionDescription.TryRead(Encoding.UTF8.GetBytes(MixedOffer), out var offer);
        var answer = Encoding.UTF8.GetString(offer.WriteAnswer("gw.jabber.example", 5061, "sip:juliet@jabber.example"));

        Assert.EndsWith(
            "t=0 0\r\nm=audio 0 RTP/AVP 0 8\r\nm=x-ms-message 5061 sip sip:juliet@jabber.example\r\na=accept-types:text/plain text/html\r\n",
            answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_offer_is_one_we_would_accept()
    {
        Assert.True(SessionDescription.TryRead(SessionDescription.WriteOffer("gw.jabber.example", 5061), out var offer));
        Assert.Equal(5061, offer.Message!.Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m=message 5060 sip null\r\n")]
    [InlineData("v=0\r\nnonsense\r\n")]
    [InlineData("v=0\r\nm=message port sip null\r\n")]
    [InlineData("v=0\r\nm=message\r\n")]
    public void A_broken_description_is_refused(string text) => Assert.False(SessionDescription.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("application/sdp", LyncOffer, "", SipReason.None, 200)]
    [InlineData("application/sdp;call-type=im", LyncOffer, "EndPoints: <sip:a@b>, <sip:c@d>", SipReason.None, 200)]
    [InlineData("application/sdp", MixedOffer, "", SipReason.None, 200)]
    [InlineData("application/sdp", "v=0\r\nm=audio 4000 RTP/AVP 0\r\n", "", SipReason.AudioVideoRefused, 488)]
    [InlineData("application/sdp", "v=0\r\nm=message 0 sip null\r\n", "", SipReason.AudioVideoRefused, 488)]
    [InlineData("application/sdp", "junk", "", SipReason.SessionNotAcceptable, 488)]
    [InlineData("application/sdp", LyncOffer, "TriggeredInvite: TRUE", SipReason.MultipartyRefused, 488)]
    [InlineData("application/sdp", LyncOffer, "EndPoints: <sip:a@b>, <sip:c@d>, <sip:e@f>", SipReason.MultipartyRefused, 488)]
    [InlineData("application/sdp", LyncOffer, "Require: com.microsoft.rtc-multiparty", SipReason.MultipartyRefused, 420)]
    [InlineData("application/sdp", LyncOffer, "Require: 100rel", SipReason.ExtensionUnsupported, 420)]
    [InlineData("application/sdp", LyncOffer, "Require: timer", SipReason.None, 200)]
    [InlineData("application/ms-conf-invite+xml", "<x/>", "", SipReason.ConferenceRefused, 488)]
    [InlineData("multipart/alternative;boundary=x", "--x", "", SipReason.AudioVideoRefused, 488)]
    [InlineData("multipart/mixed;boundary=x", "--x\r\nContent-Type: application/ms-filetransfer+xml\r\n", "", SipReason.FileTransferRefused, 488)]
    [InlineData("text/plain", "hello", "", SipReason.BodyTypeUnsupported, 415)]
    [InlineData("text/plain", "", "", SipReason.None, 200)]
    public void Invitations_are_told_apart(string type, string body, string header, SipReason reason, int status)
    {
        var judgement = InviteJudge.Judge(Invite(type, body, header));

        Assert.Equal((reason, status), (judgement.Reason, judgement.Status));
    }

    // Table 2 of the RFC, row by row, and the least interval.
    [Theory]
    [InlineData("Supported: timer", true, 0u, false)]
    [InlineData("Session-Expires: 1800", true, 1800u, true)]
    [InlineData("Supported: timer\r\nSession-Expires: 1800", true, 1800u, false)]
    [InlineData("Supported: timer\r\nx: 1800;refresher=uac", true, 1800u, false)]
    [InlineData("Supported: timer\r\nSession-Expires: 1800;refresher=uas", true, 1800u, true)]
    [InlineData("Require: timer\r\nSession-Expires: 1800;Refresher=UAC", true, 1800u, false)]
    [InlineData("Supported: timer\r\nSession-Expires: 89", false, 0u, false)]
    [InlineData("Supported: timer\r\nSession-Expires: 90", true, 90u, false)]
    [InlineData("Session-Expires: 30", true, 0u, false)]
    [InlineData("Supported: timer\r\nSession-Expires: soon", true, 0u, false)]
    [Clause("RFC 4028", "9")]
    [Clause("RFC 4028", "5")]
    public void A_session_timer_that_is_asked_for_is_granted_with_the_refresher_of_the_table(string header, bool ok, uint seconds, bool isOurs)
    {
        Assert.Equal(ok, SessionTimer.TryAnswer(Invite("application/sdp", LyncOffer, header), out var terms));
        Assert.Equal(new SessionTerms(seconds, isOurs), terms);
    }

    [Fact]
    [Clause("RFC 4028", "9")]
    [Clause("RFC 4028", "10")]
    public void A_session_is_refreshed_at_half_its_time_and_ended_a_little_before_its_end()
    {
        Assert.Equal((900, 1768), (new SessionTerms(1800, true).RefreshAfter.TotalSeconds, new SessionTerms(1800, true).Patience.TotalSeconds));
        Assert.Equal(60, new SessionTerms(90, false).Patience.TotalSeconds);
    }

    [Theory]
    [InlineData("Content-Encoding: gzip", SipReason.EncodingUnsupported, 415)]
    [InlineData("Content-Encoding: identity", SipReason.None, 200)]
    [Clause("RFC 3261", "8.2.3")]
    public void An_encoded_description_is_415(string header, SipReason reason, int status)
    {
        var judgement = InviteJudge.Judge(Invite("application/sdp", LyncOffer, header));
        Assert.Equal((reason, status), (judgement.Reason, judgement.Status));
    }

    [Fact]
    [Clause("RFC 3261", "8.2.3")]
    public void A_body_that_need_not_be_understood_is_as_if_it_were_not_there() =>
        Assert.True(InviteJudge.Judge(Invite("application/x-unheard-of", "x", "Content-Disposition: render;handling=optional")).IsAcceptable);

    [Fact]
    public void The_typing_mode_follows_accept_types_then_user_agent_then_dialect()
    {
        Assert.Equal(TypingMode.IsComposing, Typing.Choose([Typing.IsComposingType], "UCCAPI/15", SipDialect.Lync2013));
        Assert.Equal(TypingMode.KeyboardActivity, Typing.Choose(["text/plain"], "UCCAPI/15.0 OC/15.0", SipDialect.Generic));
        Assert.Equal(TypingMode.KeyboardActivity, Typing.Choose(["text/plain"], null, SipDialect.Sfb2015));
        Assert.Equal(TypingMode.IsComposing, Typing.Choose(["text/plain"], "other", SipDialect.Generic));
    }

    private static SipRequest Invite(string type, string body, string header) => Sample.Request($"""
        INVITE sip:juliet@jabber.example SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK2DA3892F
        From: "Bo Example"<sip:bo@contoso.example>;tag=9d5c2a38ba;epid=b84a59c035
        To: <sip:juliet@jabber.example>
        Call-ID: ce9b1d0e2f3a4b5c8d7e6f5a4b3c2d1e
        CSeq: 1 INVITE
        {(header.Length > 0 ? header : "X-None: 1")}
        Contact: <sip:bo@contoso.example;opaque=user:epid:AbC;gruu>
        Content-Type: {type}
        Content-Length: {Encoding.UTF8.GetByteCount(body)}


        """ + body);

    private static SipRequest Info(string method, string type, string body) => Sample.Request($"""
        {method} sip:gw.jabber.example SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK2DA3892F
        From: <sip:bo@contoso.example>;tag=9d5c2a38ba
        To: <sip:juliet@jabber.example>;tag=x
        Call-ID: ce9b1d0e2f3a4b5c8d7e6f5a4b3c2d1e
        CSeq: 3 {method}
        Content-Type: {type}
        Content-Length: {Encoding.UTF8.GetByteCount(body)}


        """ + body);
}
