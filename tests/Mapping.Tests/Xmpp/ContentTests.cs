using System.Buffers;
using System.Text;
using Gateway.Federation;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Presence.Core.Model;
using NeutralState = Gateway.Federation.ChatState;

namespace Mapping.Tests.Xmpp;

/// <summary>Messages and chat states as stanzas and back: XEP-0071, XEP-0085, XEP-0203.</summary>
public sealed class ContentTests
{
    private static readonly Passage s_passage = new(1, "edge", Protocol.Sip, PassageKind.Message, new Address("bo", "contoso.example"), new Address("juliet", "jabber.example"));

    [Fact, Clause("XEP-0085", "5.1"), Clause("XEP-0085", "5.6")]
    public void A_message_carries_active_and_a_state_alone_carries_nothing_else()
    {
        Assert.Contains("<active xmlns='http://jabber.org/protocol/chatstates'/>", Write(new MessageContent("hi")), StringComparison.Ordinal);
        foreach (var state in Enum.GetValues<NeutralState>())
        {
            string alone = Write(state);
            Assert.Contains($"<{state.ToString().ToLowerInvariant()} xmlns='http://jabber.org/protocol/chatstates'/>", alone, StringComparison.Ordinal);
            Assert.DoesNotContain("<body", alone, StringComparison.Ordinal);
            Assert.Equal(state, Read(alone).State);
        }
    }

    [Fact, Clause("XEP-0071", "8")]
    public void Markup_never_goes_without_its_plain_body()
    {
        string written = Write(new MessageContent("a b") { Xhtml = "<strong>a</strong> b" });

        Assert.Contains("<body>a b</body>", written, StringComparison.Ordinal);
        Assert.Contains("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><strong>a</strong> b</body></html>", written, StringComparison.Ordinal);
        Assert.Equal("<strong>a</strong> b", Read(written).Message!.Xhtml);
    }

    [Fact, Clause("XEP-0203", "2")]
    public void The_time_a_held_message_was_sent_goes_there_and_back()
    {
        var sent = new DateTimeOffset(2030, 2, 3, 4, 5, 6, TimeSpan.Zero);
        string written = Write(new MessageContent("late") { DelayedSince = sent });

        Assert.Contains("<delay xmlns='urn:xmpp:delay' stamp='2030-02-03T04:05:06Z'/>", written, StringComparison.Ordinal);
        Assert.Equal(sent, Read(written).Message!.DelayedSince);
    }

    [Theory, Clause("XEP-0203", "2")]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("9999999-01-01T00:00:00Z")]
    [InlineData("10:00")]
    [InlineData("02/03/2002 10:00")]
    public void A_stamp_that_is_no_time_costs_nothing_but_itself(string stamp)
    {
        var content = Read($"<message xmlns='jabber:server'><body>x</body><delay xmlns='urn:xmpp:delay' stamp='{stamp}'/></message>");

        Assert.Equal(("x", null), (content.Message!.Body, content.Message.DelayedSince));
    }

    private static string Write(MessageContent content)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new XmppWriter(output);
        Assert.True(ContentToXmpp.TryWrite(ref writer, s_passage, content, "i"));
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Write(NeutralState state)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new XmppWriter(output);
        Assert.True(ContentToXmpp.TryWrite(ref writer, s_passage, state, null));
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static XmppContent Read(string xml)
    {
        var framer = new XmppFramer(new XmppLimits());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(
            "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>" + xml);
        Assert.Equal(XmppFrameKind.Header, framer.Read(ref input).Kind);
        Assert.True(Stanza.TryRead(framer.Read(ref input).Element!, out var stanza, out _));
        return XmppToContent.Read((Message)stanza);
    }
}
