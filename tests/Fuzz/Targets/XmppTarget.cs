using System.Buffers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Fuzz.Targets;

/// <summary>The XMPP wire: what a stream gives does not depend on how it was cut; every view of a stanza can be asked for; what is written is read back the same; a prepared JID stays as it is.</summary>
internal sealed class XmppTarget : Target
{
    private static readonly XmppLimits Limits = new();

    private readonly ArrayBufferWriter<byte> output = new(16 * 1024);
    private readonly List<Piece> whole = [];
    private readonly List<Piece> cut = [];

    public override string Name => "xmpp";

    public override Corpus Corpus { get; } = Corpus.Load("xmpp",
        "<message", "</message>", "<presence", "/>", "<iq", "<body>", "</body>", "<show>", "<html xmlns='http://jabber.org/protocol/xhtml-im'>", " from='", " to='", " type='", " id='", " xml:lang='",
        " xmlns='", " xmlns:a='", "jabber:server", "jabber:client", "jabber:server:dialback", "urn:ietf:params:xml:ns:xmpp-stanzas", "http://jabber.org/protocol/chatstates", "db:result", "db:verify",
        "<stream:error>", "</stream:stream>", "<stream:stream", "<?xml version='1.0'?>", "<!DOCTYPE a>", "<!--", "-->", "<![CDATA[", "]]>", "<?pi?>", "&lt;", "&amp;", "&#0;", "&#x10FFFF;", "&#xD800;",
        "&unknown;", "'", "\"", "=", "<a>", "</a>", "<a:b>", "xml:", "xmlns:xml='x'", "\u00c3\u00a9", "\u00f0\u009f\u0098\u0080", "\u00c0\u0080", "\u00ed\u00a0\u0080", "a@b/c", "@", "xn--a", "\\20", "subscribe", "unavailable", "error");

    public override void Run(ReadOnlySpan<byte> input, ref Chance chance)
    {
        Feed(input, whole, input.Length, ref chance, isAsked: chance.OneIn(6));
        if (chance.OneIn(2)) Feed(input, cut, 1 + chance.Next(chance.OneIn(4) ? 6 : 300), ref chance, isAsked: false);
        else return;
        if (whole.Count != cut.Count) throw new FindingException($"cut otherwise, the stream gives {cut.Count} pieces and not {whole.Count}");
        for (var i = 0; i < whole.Count; i++)
            if (whole[i] != cut[i]) throw new FindingException($"cut otherwise, piece {i} is {cut[i]} and not {whole[i]}");
    }

    private void Feed(ReadOnlySpan<byte> stream, List<Piece> pieces, int step, ref Chance chance, bool isAsked)
    {
        pieces.Clear();
        var framer = new XmppFramer(Limits);
        var end = 0;
        while (end < stream.Length)
        {
            var start = end;
            end = step == stream.Length ? stream.Length : Math.Min(stream.Length, end + 1 + chance.Next(2 * step));
            var rest = stream[start..end];
            while (true)
            {
                var before = rest.Length;
                var frame = framer.Read(ref rest);
                if (frame.Kind == XmppFrameKind.NeedMore)
                {
                    Require(rest.IsEmpty, "more is needed although not all is taken");
                    break;
                }

                // A keep-alive cut in two is two.
                if (frame.Kind != XmppFrameKind.KeepAlive) pieces.Add(new Piece(frame.Kind, frame.Reason, frame.Bytes, frame.Element?.Name, frame.Element?.Nodes.Length ?? 0));
                if (frame.Element is { } element && isAsked) Look(framer, frame.Kind, element);
                if (frame.Kind is XmppFrameKind.Refused or XmppFrameKind.StreamEnd) return;
                Require(rest.Length < before, "a piece without progress");
            }
        }
    }

    private void Look(XmppFramer framer, XmppFrameKind kind, XmlElement element)
    {
        if (kind == XmppFrameKind.Header)
        {
            _ = StreamHeader.TryRead(framer, element, out _, out _);
            return;
        }

        _ = DialbackMessage.TryRead(element, out _);
        _ = StreamFeatures.Read(element);
        _ = StreamErrors.Read(element);
        if (Stanza.TryRead(element, out var stanza, out _)) Look(stanza);
        ReadBack(element);
    }

    private void Look(Stanza stanza)
    {
        if (stanza.From is { } from) Require(Jid.TryParse(from.ToString(), out var again) && again.Equals(from), "a prepared JID is another when it is prepared again");
        if (stanza is Message message) _ = (message.Type, message.Body, message.Subject, message.Thread, message.Xhtml, message.ChatState, message.WantsReceipt, message.ReceiptFor, message.DelayStamp);
        if (stanza is Gateway.Xmpp.Protocol.Stanzas.Presence presence) _ = (presence.Type, presence.Show, presence.Status, presence.Priority, presence.Nick);
        if (stanza is Iq iq) _ = (iq.Type, iq.Payload);
        if (stanza.IsError)
        {
            _ = stanza.Error;
            return;
        }

        output.ResetWrittenCount();
        var writer = new XmppWriter(output);
        stanza.WriteErrorTo(ref writer, StanzaError.Of(StanzaCondition.BadRequest, stanza.Id));
        writer.Flush();
    }

    private void ReadBack(XmlElement element)
    {
        output.ResetWrittenCount();
        var writer = new XmppWriter(output);
        writer.Raw("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>"u8);
        writer.Element(element, Namespaces.Server);
        writer.Flush();
        var framer = new XmppFramer(Limits);
        framer.Prove();
        var rest = output.WrittenSpan;
        framer.Read(ref rest);
        var frame = framer.Read(ref rest);

        // Declarations written out on each element can pass a limit that prefixes kept under.
        if (frame.Reason is XmppReason.StanzaTooLarge or XmppReason.AttributesExceeded) return;
        if (frame.Element is not { } read || !read.DeepEquals(element)) throw new FindingException($"what was written is read otherwise: {frame.Kind} {frame.Reason}");
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Piece(XmppFrameKind Kind, XmppReason Reason, int Bytes, string? Name, int Nodes);
}
