using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Federation;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Presence.Core.Model;

namespace Benchmarks;

/// <summary>One XMPP stanza in and out: a chat message of 75 bytes and a presence, cut, built and viewed with their addresses prepared; a message of ours written.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "Median", "Gen0", "Gen1")]
public class XmppWire
{
    private static readonly Passage Passage = new(1, "edge", Gateway.Federation.Protocol.Sip, PassageKind.Message, new Address("bo", "contoso.example"), new Address("juliet", "jabber.example"));

    private readonly byte[] header = Encoding.UTF8.GetBytes(
        "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='jabber.example' to='contoso.example' version='1.0'>");

    private readonly byte[] message = Encoding.UTF8.GetBytes(
        "<message from='juliet@jabber.example/balcony' to='bo@contoso.example' type='chat' id='b4835385'>"
        + "<body>Seventy-five bytes of text, which is what people say to each other at work.</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>");

    private readonly byte[] presence = Encoding.UTF8.GetBytes(
        "<presence from='juliet@jabber.example/balcony' to='bo@contoso.example'><show>away</show><status>i am away</status><priority>5</priority>"
        + "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://psi-im.org' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/></presence>");

    private readonly ArrayBufferWriter<byte> output = new(4096);
    private readonly XmppFramer framer = new(new XmppLimits());
    private readonly MessageContent content = new("Seventy-five bytes of text, which is what people say to each other at work.");

    [GlobalSetup]
    public void Setup()
    {
        ReadOnlySpan<byte> rest = header;
        framer.Read(ref rest);
        framer.Prove();
    }

    [Benchmark(Description = "XMPP: cut, build and view a message")]
    public Stanza ReadMessage() => Read(message);

    [Benchmark(Description = "XMPP: cut, build and view a presence")]
    public Stanza ReadPresence() => Read(presence);

    [Benchmark(Description = "XMPP: write a message")]
    public int Write()
    {
        output.ResetWrittenCount();
        var writer = new XmppWriter(output);
        ContentToXmpp.TryWrite(ref writer, Passage, content, "b4835385");
        writer.Flush();
        return output.WrittenCount;
    }

    private Stanza Read(ReadOnlySpan<byte> bytes)
    {
        var frame = framer.Read(ref bytes);
        return frame.Element is { } element && Stanza.TryRead(element, out var stanza, out _) ? stanza : throw new InvalidOperationException("The stanza is refused.");
    }
}
