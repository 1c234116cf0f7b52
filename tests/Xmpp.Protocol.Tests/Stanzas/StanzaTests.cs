using System.Buffers;
using System.Text;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Xmpp.Protocol.Tests.Wire;

namespace Xmpp.Protocol.Tests.Stanzas;

/// <summary>Stanzas written are stanzas read: RFC 6120 §8, RFC 6121.</summary>
public sealed class StanzaTests
{
    private delegate void Writing(ref XmppWriter writer);

    [Fact]
    public void A_message_written_reads_back_the_same()
    {
        var sent = new OutgoingMessage("a@x.example/1", "b@y.example")
        {
            Id = "m<1>", Type = MessageType.Chat, Lang = "de", Subject = "s & t", Body = "l'été\r\n<b> \U0001F600 \u0001", Thread = "t",
            ChatState = ChatState.Composing, WantsReceipt = true, ReceiptFor = "r", DelayedSince = DateTimeOffset.UnixEpoch,
            Xhtml = new XmlElement("body", Namespaces.Xhtml, new XmlElement("p", Namespaces.Xhtml, "hi")),
        };
        var read = (Message)Read(writer: (ref XmppWriter writer) => sent.WriteTo(ref writer));

        Assert.Equal(("a@x.example/1", "b@y.example", "m<1>", MessageType.Chat, "de"), (read.From!.ToString(), read.To!.ToString(), read.Id!, read.Type, read.Lang!));
        Assert.Equal(("s & t", "l'été\r\n<b> \U0001F600 \uFFFD", "t", ChatState.Composing), (read.Subject!, read.Body!, read.Thread!, read.ChatState!.Value));
        Assert.Equal((true, "r", "1970-01-01T00:00:00Z", "hi"), (read.WantsReceipt, read.ReceiptFor!, read.DelayStamp!, read.Xhtml!.FirstChild!.Text));
    }

    [Fact]
    public void A_presence_written_reads_back_the_same()
    {
        var sent = new OutgoingPresence("a@x.example/1", "b@y.example")
        {
            Type = PresenceType.Available, Show = "dnd", Status = "in \"it\"", Priority = -3, Nick = "A",
        };
        var read = (Presence)Read((ref XmppWriter writer) => sent.WriteTo(ref writer));

        Assert.Equal((PresenceType.Available, "dnd", "in \"it\"", -3, "A"), (read.Type, read.Show!, read.Status!, read.Priority, read.Nick!));
    }

    [Theory]
    [InlineData(PresenceType.Unavailable)]
    [InlineData(PresenceType.Subscribe)]
    [InlineData(PresenceType.Subscribed)]
    [InlineData(PresenceType.Unsubscribe)]
    [InlineData(PresenceType.Unsubscribed)]
    [InlineData(PresenceType.Probe)]
    public void Every_presence_type_reads_back(PresenceType type)
    {
        var sent = new OutgoingPresence("x.example", "b@y.example") { Type = type };
        Assert.Equal(type, ((Presence)Read((ref XmppWriter writer) => sent.WriteTo(ref writer))).Type);
    }

    [Fact]
    public void Every_condition_reads_back_with_its_default_type()
    {
        foreach (var condition in Enum.GetValues<StanzaCondition>())
        {
            var error = StanzaError.Of(condition, "why") with { Address = condition == StanzaCondition.Gone ? "xmpp:new@x.example" : null };
            var sent = new OutgoingIq("x.example", "y.example", "1", IqType.Error) { Error = error };
            var read = (Iq)Read((ref XmppWriter writer) => sent.WriteTo(ref writer));
            Assert.Equal(error, read.Error);
            Assert.Equal(IqType.Error, read.Type);
        }
    }

    [Fact]
    public void An_error_answer_swaps_the_addresses_and_keeps_the_id()
    {
        var asked = (Iq)Read((ref XmppWriter writer) =>
            new OutgoingIq("a@x.example/1", "y.example", "7", IqType.Get) { Payload = new XmlElement("ping", Namespaces.Ping) }.WriteTo(ref writer));
        Assert.True(asked.Payload!.Is("ping", Namespaces.Ping));

        var answer = (Iq)Read((ref XmppWriter writer) => asked.WriteErrorTo(ref writer, StanzaError.Of(StanzaCondition.ServiceUnavailable)));
        Assert.Equal(("y.example", "a@x.example/1", "7", StanzaCondition.ServiceUnavailable), (answer.From!.ToString(), answer.To!.ToString(), answer.Id!, answer.Error.Condition));
    }

    [Theory]
    [InlineData("<error/>", StanzaCondition.UndefinedCondition, StanzaErrorType.Cancel)]
    [InlineData("<error type='wait'/>", StanzaCondition.UndefinedCondition, StanzaErrorType.Wait)]
    [InlineData("", StanzaCondition.UndefinedCondition, StanzaErrorType.Cancel)]
    [InlineData("<error type='nonsense'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", StanzaCondition.Forbidden, StanzaErrorType.Auth)]
    public void A_poor_error_is_still_an_error(string inner, StanzaCondition condition, StanzaErrorType type)
    {
        var error = StanzaError.Read(Framing.Stanza($"<message type='error'>{inner}</message>"));
        Assert.Equal((condition, type), (error.Condition, error.Type));
    }

    [Theory, Clause("RFC 6120", "8.3.2"), Clause("RFC 6120", "8.3.4")]
    [InlineData("<of-tomorrow xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", StanzaCondition.UndefinedCondition)]
    [InlineData("<forbidden xmlns='urn:of:somebody:else'/>", StanzaCondition.UndefinedCondition)]
    [InlineData("<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>item-not-found</text>", StanzaCondition.UndefinedCondition)]
    [InlineData("<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>item-not-found</text><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", StanzaCondition.Gone)]
    [InlineData("<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><closed-node xmlns='http://jabber.org/protocol/pubsub#errors'/>", StanzaCondition.NotAllowed)]
    [InlineData("<too-many-parameters xmlns='urn:app'/><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", StanzaCondition.NotAllowed)]
    public void Only_a_defined_condition_decides(string inner, StanzaCondition expected) =>
        Assert.Equal(expected, StanzaError.Read(Framing.Stanza($"<message type='error'><error type='cancel'>{inner}</error></message>")).Condition);

    [Theory, Clause("RFC 6120", "8.1.5"), Clause("RFC 6121", "5.2.3")]
    [InlineData("<message><body>a</body></message>", null, "a", null)]
    [InlineData("<message><body>a</body></message>", "cs", "a", "cs")]
    [InlineData("<message xml:lang='de'><body>a</body></message>", "cs", "a", "de")]
    [InlineData("<message xml:lang='de'><body xml:lang='en'>a</body><body>b</body></message>", "cs", "b", "de")]
    [InlineData("<message><body xml:lang='en'>a</body><body xml:lang='cs'>b</body></message>", "cs", "b", "cs")]
    [InlineData("<message><body xml:lang='en'>a</body><body xml:lang='fr'>b</body></message>", "cs", "a", "en")]
    [InlineData("<message><body xmlns='urn:x'>x</body><body xml:lang='en'>a</body></message>", null, "a", "en")]
    public void Of_several_languages_the_stanzas_own_is_taken(string xml, string? streamLang, string body, string? lang)
    {
        Assert.True(Stanza.TryRead(Framing.Stanza(xml), out var stanza, out _, streamLang));
        var message = (Message)stanza;
        Assert.Equal((body, lang), (message.Body, message.BodyLang));

        Assert.True(Stanza.TryRead(Framing.Stanza(xml.Replace("message", "presence", StringComparison.Ordinal).Replace("body", "status", StringComparison.Ordinal)), out stanza, out _, streamLang));
        Assert.Equal((body, lang), (((Presence)stanza).Status, ((Presence)stanza).StatusLang));
    }

    [Fact, Clause("RFC 6120", "11.6")]
    public void A_byte_order_mark_in_a_text_is_a_character_of_it()
    {
        Assert.True(Stanza.TryRead(Framing.Stanza("<message><body>\uFEFFa\uFEFF</body></message>"), out var stanza, out _));
        Assert.Equal("\uFEFFa\uFEFF", ((Message)stanza).Body);
    }

    [Theory]
    [InlineData("<query/>", XmppReason.UnsupportedStanzaType)]
    [InlineData("<message xmlns='urn:x'/>", XmppReason.UnsupportedStanzaType)]
    [InlineData("<message from='@'/>", XmppReason.JidMalformed)]
    [InlineData("<message from='a@b.example' to='a b@c'/>", XmppReason.JidMalformed)]
    [InlineData("<message/>", XmppReason.None)]
    public void What_is_no_stanza_says_why(string xml, XmppReason expected)
    {
        Stanza.TryRead(Framing.Stanza(xml), out _, out var reason);
        Assert.Equal(expected, reason);
    }

    private static Stanza Read(Writing writer)
    {
        var output = new ArrayBufferWriter<byte>();
        var xmpp = new XmppWriter(output);
        writer(ref xmpp);
        xmpp.Flush();
        Assert.True(Stanza.TryRead(Framing.Stanza(Encoding.UTF8.GetString(output.WrittenSpan)), out var stanza, out _));
        return stanza;
    }
}
