using System.Buffers;
using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;

namespace Mapping.Tests.Golden;

/// <summary>Short ways between bytes and the protocol rooms' types.</summary>
internal static class Wire
{
    public delegate void StanzaWriter(ref XmppWriter writer);

    public static SipRequest Request(byte[] bytes)
    {
        Assert.Equal(SipReason.None, SipParser.TryRead(bytes, SipLimits.Default, out var message));
        return Assert.IsType<SipRequest>(message);
    }

    public static Stanza Stanza(byte[] xml)
    {
        var framer = new XmppFramer(new XmppLimits());
        ReadOnlySpan<byte> header = "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"u8;
        framer.Read(ref header);
        framer.Prove();
        ReadOnlySpan<byte> input = xml;
        var frame = framer.Read(ref input);
        Assert.Equal(XmppReason.None, frame.Reason);
        Assert.NotNull(frame.Element);
        Assert.True(Gateway.Xmpp.Protocol.Stanzas.Stanza.TryRead(frame.Element, out var stanza, out _));
        return stanza;
    }

    public static string Written(StanzaWriter write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new XmppWriter(output);
        write(ref writer);
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
