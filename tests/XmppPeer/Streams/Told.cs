using System.Xml.Linq;
using XmppPeer.Control;
using XmppPeer.Wire;

namespace XmppPeer.Streams;

/// <summary>The events about streams, each built in one place.</summary>
public static class Told
{
    public static void Up(EventLog events, PeerStream stream, string way, string ours, string theirs, string how) =>
        events.Emit("up", ("stream", stream.Number), ("way", way), ("ours", ours), ("theirs", theirs), ("how", how), ("tls", stream.IsEncrypted));

    public static void Refused(EventLog events, PeerStream stream, string way, string ours, string theirs, string reason) =>
        events.Emit("refused", ("stream", stream.Number), ("way", way), ("ours", ours), ("theirs", theirs), ("reason", reason));

    public static void StreamError(EventLog events, PeerStream stream, string way, string ours, string theirs, XElement error) => events.Emit(
        "stream-error", ("stream", stream.Number), ("way", way), ("ours", ours), ("theirs", theirs),
        ("condition", error.Elements().FirstOrDefault(e => e.Name.Namespace == Names.StreamErrors && e.Name.LocalName != "text")?.Name.LocalName),
        ("text", error.Element(Names.StreamErrors + "text")?.Value));

    public static void Stanza(EventLog events, PeerStream stream, XElement stanza) => events.Emit(
        stanza.Name.LocalName, ("stream", stream.Number), ("from", stanza.Attribute("from")?.Value), ("to", stanza.Attribute("to")?.Value),
        ("type", stanza.Attribute("type")?.Value), ("stanza", stanza.Attribute("id")?.Value), ("body", stanza.Element(Names.Server + "body")?.Value),
        ("condition", stanza.Element(Names.Server + "error")?.Elements().FirstOrDefault(e => e.Name.Namespace == Names.StanzaErrors && e.Name.LocalName != "text")?.Name.LocalName),
        ("xml", stanza.ToString(SaveOptions.DisableFormatting)));
}
