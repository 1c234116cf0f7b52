using System.Buffers;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Transactions;

public sealed class TransactionKeyTests
{
    private const string Invite = """
        INVITE sip:juliet@jabber.example SIP/2.0
        Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bKabc
        Via: SIP/2.0/TLS inner.jabber.example;branch=z9hG4bKinner
        Route: <sip:one.example;lr>, <sip:two.example;lr>
        From: <sip:bo@contoso.example>;tag=f1
        To: <sip:juliet@jabber.example>
        Call-ID: c1
        CSeq: 7 INVITE
        Content-Length: 0


        """;

    [Fact]
    [Clause("RFC3261", "17.2.3")]
    [Clause("RFC3261", "9.2")]
    public void Ack_and_cancel_find_their_invite()
    {
        var invite = Sample.Request(Invite);
        var ack = Sample.Request(Invite.Replace("INVITE sip", "ACK sip", StringComparison.Ordinal).Replace("7 INVITE", "7 ACK", StringComparison.Ordinal));
        var cancel = Sample.Request(
            Invite.Replace("INVITE sip", "CANCEL sip", StringComparison.Ordinal).Replace("7 INVITE", "7 CANCEL", StringComparison.Ordinal));

        Assert.Equal(TransactionKey.Server(invite), TransactionKey.Server(ack));
        Assert.Equal(TransactionKey.Server(invite), TransactionKey.Cancelled(cancel));
        Assert.NotEqual(TransactionKey.Server(invite), TransactionKey.Server(cancel));
    }

    [Fact]
    [Clause("RFC3261", "17.2.3")]
    public void Same_branch_from_another_sent_by_is_another_transaction()
    {
        var other = Sample.Request(Invite.Replace("TLS gw.", "TLS gw2.", StringComparison.Ordinal));

        Assert.NotEqual(TransactionKey.Server(Sample.Request(Invite)), TransactionKey.Server(other));
    }

    // RFC 3261 §17.2.3: without the cookie the old rule decides; the ACK carries the To tag that the INVITE did not have.
    [Theory]
    [InlineData("")]
    [InlineData(";branch=1234")]
    [Clause("RFC3261", "17.2.3")]
    public void Without_the_cookie_the_rfc_2543_rule_matches_the_ack(string branch)
    {
        var text = Invite.Replace(";branch=z9hG4bKabc", branch, StringComparison.Ordinal);
        var invite = Sample.Request(text);
        var ack = Sample.Request(text.Replace("INVITE sip", "ACK sip", StringComparison.Ordinal).Replace("7 INVITE", "7 ACK", StringComparison.Ordinal)
            .Replace("To: <sip:juliet@jabber.example>", "To: <sip:juliet@jabber.example>;tag=ours", StringComparison.Ordinal));
        var next = Sample.Request(text.Replace("7 INVITE", "8 INVITE", StringComparison.Ordinal));

        Assert.Equal(TransactionKey.Server(invite), TransactionKey.Server(ack));
        Assert.NotEqual(TransactionKey.Server(invite), TransactionKey.Server(next));
    }

    [Fact]
    [Clause("RFC3261", "17.1.3")]
    public void Response_finds_its_client_transaction_by_branch_and_method()
    {
        var response = Sample.Response(Invite.Replace("INVITE sip:juliet@jabber.example SIP/2.0", "SIP/2.0 180 Ringing", StringComparison.Ordinal));

        Assert.Equal(TransactionKey.Client("z9hG4bKabc", SipMethod.Invite), TransactionKey.Client(response));
    }

    // RFC 3261 §17.1.1.3
    [Fact]
    [Clause("RFC3261", "17.1.1.3")]
    public void Ack_of_a_failure_has_the_top_via_the_routes_and_the_to_of_the_response()
    {
        var invite = Sample.Request(Invite);
        var busy = Sample.Response(Invite.Replace("INVITE sip:juliet@jabber.example SIP/2.0", "SIP/2.0 486 Busy Here", StringComparison.Ordinal)
            .Replace("To: <sip:juliet@jabber.example>", "To: <sip:juliet@jabber.example>;epid=1;tag=t9", StringComparison.Ordinal));
        var output = new ArrayBufferWriter<byte>();
        FollowUps.WriteAck(output, invite, busy);

        var expected = """
            ACK sip:juliet@jabber.example SIP/2.0
            Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bKabc
            Route: <sip:one.example;lr>, <sip:two.example;lr>
            Max-Forwards: 70
            From: <sip:bo@contoso.example>;tag=f1
            To: <sip:juliet@jabber.example>;epid=1;tag=t9
            Call-ID: c1
            CSeq: 7 ACK
            Content-Length: 0


            """;
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), Sample.Text(output.WrittenSpan));
    }
}
