using System.Buffers;
using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Conformance;

/// <summary>RFC 3261 §7 and §25: what a message is, and what is read as one.</summary>
public sealed class Section_7_Messages
{
    [Fact]
    [Clause("RFC 3261", "7")]
    public void A_head_without_its_empty_line_is_no_message()
    {
        var bytes = Sample.Wire(Sample.Message);
        var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);

        Assert.Equal(SipReason.HeaderLineInvalid, SipParser.TryRead(Without(bytes[..(head + 2)], "Content-Length: 13\r\n"), SipLimits.Default, out _));
        var progress = default(SipFrameProgress);
        Assert.Equal(SipFrameVerdict.NeedMore, SipFramer.TryRead(bytes.AsSpan(0, head + 2), SipLimits.Default, ref progress).Verdict);
    }

    [Theory]
    [InlineData("MESSAGE sip:gw.jabber.example:5061;transport=tls SIP/2.0\r\n", "MESSAGE sip:gw.jabber.example:5061;transport=tls SIP/2.0\n")]
    [InlineData("Max-Forwards: 67\r\n", "Max-Forwards: 67\n")]
    [Clause("RFC 3261", "7")]
    public void A_line_that_ends_in_a_bare_feed_is_refused(string good, string bad) => Assert.NotEqual(SipReason.None, Verdict(good, bad));

    [Theory]
    [InlineData("sip:bo smith@contoso.example")]
    [InlineData("sip:bo\tsmith@contoso.example")]
    [InlineData("sip:bo@contoso.example;x=\u0001")]
    [InlineData("tel:+1\u007f")]
    [InlineData("<sip:bo@contoso.example>")]
    [InlineData("sip:bo@contoso.example;x=\"a b\"")]
    [Clause("RFC 3261", "7.1")]
    public void A_request_uri_with_a_blank_a_control_or_brackets_is_refused(string uri) =>
        Assert.Equal(SipReason.RequestUriInvalid, Verdict("sip:gw.jabber.example:5061;transport=tls SIP", uri + " SIP"));

    [Fact]
    [Clause("RFC 3261", "7.1")]
    public void What_we_write_says_the_version_in_upper_case()
    {
        var output = new ArrayBufferWriter<byte>();
        SipWriter.Request(output, SipMethod.Options, "sip:a@b").End();
        SipWriter.ResponseTo(output, Sample.Request(Sample.Message.Replace("SIP/2.0\r\n", "sip/2.0\r\n", StringComparison.Ordinal)), 200).End();
        var lines = Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n");

        Assert.Equal("OPTIONS sip:a@b SIP/2.0", lines[0]);
        Assert.Contains("SIP/2.0 200 OK", lines);
    }

    [Theory]
    [InlineData("sip/2.0")]
    [InlineData("Sip/2.0")]
    [Clause("RFC 3261", "7.1")]
    public void The_version_is_read_in_any_case(string version) => Assert.Equal(SipReason.None, Verdict(" SIP/2.0\r\nVia", $" {version}\r\nVia"));

    [Fact]
    [Clause("RFC 3261", "7.3.1")]
    public void Credentials_are_never_split_at_commas()
    {
        foreach (var id in new[] { SipHeaderId.Authorization, SipHeaderId.ProxyAuthorization, SipHeaderId.WwwAuthenticate, SipHeaderId.ProxyAuthenticate })
        {
            var request = Sample.Request(Sample.Message.Replace("Supported: timer", $"{id.Name()}: Digest realm=\"a\", nonce=\"b\"", StringComparison.Ordinal));

            Assert.Equal(["Digest realm=\"a\", nonce=\"b\""], Sample.Strings(request.All(id)));
        }
    }

    [Theory]
    [InlineData("From: \"Bo Example\"<sip:bo@contoso.example>;tag=9d5c2a38ba;epid=b84a59c035", ";TAG=other", SipReason.FromInvalid)]
    [InlineData("To: <sip:juliet@jabber.example>;tag=gw3f9a", ";tag=other", SipReason.ToInvalid)]
    [InlineData("To: <sip:juliet@jabber.example>", ";tag=", SipReason.ToInvalid)]
    [InlineData("Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE", ";branch=z9hG4bKother", SipReason.ViaInvalid)]
    [Clause("RFC 3261", "7.3.1")]
    public void A_tag_or_branch_given_twice_or_empty_is_refused(string line, string again, SipReason reason) => Assert.Equal(reason, Verdict(line, line + again));

    [Theory]
    [InlineData("Retry-After: soon")]
    [InlineData("WWW-Authenticate: nonsense")]
    [InlineData("Warning: nonsense")]
    [Clause("RFC 3261", "7.3.2")]
    public void A_header_of_the_other_kind_of_message_is_ignored(string line) => Assert.Equal(SipReason.None, Verdict("Supported: timer", line));

    [Fact]
    [Clause("RFC 3261", "7.4.1")]
    public void What_we_write_is_never_encoded()
    {
        var output = new ArrayBufferWriter<byte>();
        SipWriter.Request(output, SipMethod.Message, "sip:a@b").End("text/plain"u8, "body"u8);

        Assert.Equal("MESSAGE sip:a@b SIP/2.0\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    [Clause("RFC 3261", "7.4.2")]
    public void Length_is_content_length_only_and_a_transfer_encoding_is_a_header_like_any_other()
    {
        var text = Sample.Message.Replace("Supported: timer", "Transfer-Encoding: chunked", StringComparison.Ordinal);

        Assert.Equal("See you at 3?", Sample.Text(Sample.Request(text).Body.Span));
    }

    [Theory]
    [InlineData("CSeq: 2147483648 MESSAGE", SipReason.CSeqInvalid)]
    [InlineData("CSeq: 4294967296 MESSAGE", SipReason.CSeqInvalid)]
    [InlineData("CSeq: 2 INVITE", SipReason.CSeqMethodMismatch)]
    [InlineData("CSeq: 2 message", SipReason.CSeqMethodMismatch)]
    [InlineData("CSeq: 2147483647 MESSAGE", SipReason.None)]
    [Clause("RFC 3261", "8.1.1.5")]
    public void A_cseq_out_of_range_or_of_another_method_is_refused(string line, SipReason reason) => Assert.Equal(reason, Verdict("CSeq: 2 MESSAGE", line));

    [Theory]
    [InlineData("X-Unheard-Of: <<<;;;\"")]
    [InlineData("!%*_+`'~: 1")]
    [InlineData("Empty:")]
    [Clause("RFC 3261", "8.2.2")]
    public void A_header_nobody_knows_changes_nothing(string line) => Assert.Equal(SipReason.None, Verdict("Supported: timer", line));

    [Fact]
    [Clause("RFC 3261", "25.1")]
    public void Names_are_read_in_any_case_and_methods_are_not()
    {
        var text = Sample.Message.Replace("Max-Forwards", "mAX-fORWARDS", StringComparison.Ordinal).Replace("tag=9d", "TaG=9d", StringComparison.Ordinal);
        var request = Sample.Request(text);

        Assert.Equal((67, "9d5c2a38ba", SipMethod.Message), (request.MaxForwards, request.FromTag, request.Method));
        Assert.Equal(SipMethod.Other, Sample.Request(text.Replace("MESSAGE", "message", StringComparison.Ordinal)).Method);
    }

    private static SipReason Verdict(string good, string bad)
    {
        var text = Encoding.UTF8.GetString(Sample.Wire(Sample.Message));
        Assert.Contains(good, text, StringComparison.Ordinal);
        return SipParser.TryRead(Encoding.UTF8.GetBytes(text.Replace(good, bad, StringComparison.Ordinal)), SipLimits.Default, out _);
    }

    private static byte[] Without(byte[] bytes, string line) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(line, "", StringComparison.Ordinal));
}
