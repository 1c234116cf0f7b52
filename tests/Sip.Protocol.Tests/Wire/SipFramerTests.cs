using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

public sealed class SipFramerTests
{
    private static readonly byte[] _message = Sample.Wire(Sample.Message);

    [Fact]
    [Clause("RFC3261", "18.3")]
    [Clause("RFC5626", "3.5.1")]
    public void Two_messages_in_one_read_come_out_one_after_the_other_with_keep_alives_swallowed()
    {
        byte[] both = [.. "\r\n\r\n"u8, .. _message, .. "\r\n\r\n\r\n"u8, .. _message, .. "\r\n"u8];
        var progress = default(SipFrameProgress);
        var first = SipFramer.TryRead(both, SipLimits.Default, ref progress);
        var second = SipFramer.TryRead(both.AsSpan(first.Consumed), SipLimits.Default, ref progress);
        var rest = SipFramer.TryRead(both.AsSpan(first.Consumed + second.Consumed), SipLimits.Default, ref progress);

        Assert.Equal(
            [SipFrameVerdict.Message, SipFrameVerdict.Message, SipFrameVerdict.KeepAlive],
            new[] { first.Verdict, second.Verdict, rest.Verdict });
        Assert.Equal(both.Length, first.Consumed + second.Consumed + rest.Consumed);
        Assert.Equal("See you at 3?", Sample.Text(second.Message!.Body.Span));
    }

    [Fact]
    public void Every_prefix_of_a_message_needs_more()
    {
        var progress = default(SipFrameProgress);
        for (var length = 0; length < _message.Length; length++)
        {
            var frame = SipFramer.TryRead(_message.AsSpan(0, length), SipLimits.Default, ref progress);
            Assert.Equal((SipFrameVerdict.NeedMore, 0), (frame.Verdict, frame.Consumed));
        }

        Assert.Equal(SipFrameVerdict.Message, SipFramer.TryRead(_message, SipLimits.Default, ref progress).Verdict);
    }

    [Theory]
    [InlineData("Content-Length: 13\r\nl: 12", SipReason.ContentLengthConflict)]
    [InlineData("Content-Length: 13\r\nContent-Length: 4", SipReason.ContentLengthConflict)]
    [InlineData("Content-Length: -1", SipReason.ContentLengthInvalid)]
    [InlineData("Content-Length: +13", SipReason.ContentLengthInvalid)]
    [InlineData("Content-Length: 13 13", SipReason.ContentLengthInvalid)]
    [InlineData("Content-Length: 99999999999999999999", SipReason.ContentLengthInvalid)]
    [InlineData("Content-Length: 13\r\n 4", SipReason.ContentLengthInvalid)]
    [InlineData("Content-Length: 65537", SipReason.BodyTooLarge)]
    [InlineData("Content-Length:", SipReason.ContentLengthInvalid)]
    [InlineData("X-None: 1", SipReason.ContentLengthMissing)]
    [Clause("RFC3261", "18.3")]
    public void A_length_two_readers_could_read_differently_loses_the_stream(string lines, SipReason reason)
    {
        var text = Encoding.UTF8.GetString(_message).Replace("Content-Length: 13", lines, StringComparison.Ordinal);
        var progress = default(SipFrameProgress);
        var frame = SipFramer.TryRead(Encoding.UTF8.GetBytes(text), SipLimits.Default, ref progress);

        Assert.Equal((SipFrameVerdict.Rejected, reason, true), (frame.Verdict, frame.Reason, frame.IsStreamLost));
        Assert.Equal(SipMethod.Message, Assert.IsType<SipRequest>(frame.Message).Method);
    }

    [Theory]
    [InlineData("L : 13")]
    [InlineData("content-length:13\r\nContent-Length: 13")]
    [InlineData("CONTENT-LENGTH:   13  ")]
    public void The_length_is_found_in_any_legal_spelling(string lines)
    {
        var text = Encoding.UTF8.GetString(_message).Replace("Content-Length: 13", lines, StringComparison.Ordinal);
        var progress = default(SipFrameProgress);
        Assert.Equal(SipFrameVerdict.Message, SipFramer.TryRead(Encoding.UTF8.GetBytes(text), SipLimits.Default, ref progress).Verdict);
    }

    [Fact]
    public void A_head_without_end_is_refused_at_its_limit()
    {
        var endless = new byte[SipLimits.Default.HeadBytesMax + 1];
        endless.AsSpan().Fill((byte)'a');
        var progress = default(SipFrameProgress);

        Assert.Equal(SipFrameVerdict.NeedMore, SipFramer.TryRead(endless.AsSpan(1), SipLimits.Default, ref progress).Verdict);
        Assert.Equal(SipReason.HeadTooLarge, SipFramer.TryRead(endless, SipLimits.Default, ref progress).Reason);
    }

    [Theory]
    [InlineData("CSeq: 2 MESSAGE", "CSeq: 2 INFO", SipReason.CSeqMethodMismatch)]
    [InlineData("CSeq: 2 MESSAGE", "CSeq: 2147483648 MESSAGE", SipReason.CSeqInvalid)]
    [InlineData("To: <sip:juliet@jabber.example>;tag=gw3f9a", "To: <sip:juliet@jabber.example", SipReason.ToInvalid)]
    [InlineData("Max-Forwards: 67", "Max-Forwards: 300", SipReason.MaxForwardsInvalid)]
    [InlineData("Max-Forwards: 67", "Max Forwards: 67", SipReason.HeaderLineInvalid)]
    [InlineData("Max-Forwards: 67", "To: <sip:other@jabber.example>", SipReason.HeaderDuplicated)]
    [InlineData("Max-Forwards: 67", "X: a\rVia: b", SipReason.HeaderLineInvalid)]
    [InlineData("Max-Forwards: 67", "X: a\nY: b", SipReason.HeaderLineInvalid)]
    [InlineData("Call-ID: ce9b1d0e2f3a4b5c8d7e6f5a4b3c2d1e", "X-No: 1", SipReason.HeaderMissing)]
    [InlineData("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", SipReason.VersionNotSupported)]
    public void A_framed_message_with_bad_grammar_is_refused_alone(string good, string bad, SipReason reason)
    {
        var text = Encoding.UTF8.GetString(_message).Replace(good, bad, StringComparison.Ordinal);
        var progress = default(SipFrameProgress);
        var frame = SipFramer.TryRead(Encoding.UTF8.GetBytes(text), SipLimits.Default, ref progress);

        Assert.Equal((SipFrameVerdict.Rejected, reason, false), (frame.Verdict, frame.Reason, frame.IsStreamLost));
        Assert.Equal(text.Length, frame.Consumed);
        Assert.NotNull(frame.Message);
    }
}
