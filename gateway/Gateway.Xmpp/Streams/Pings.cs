using System.Collections.Concurrent;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Stanzas;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// Our pings by XEP-0199: a stream whose peer answers nothing at all is dead. Any answer will do, an error too; it comes by the peer's own stream, for streams are one-way.
/// </summary>
internal sealed class Pings(XmppContext context)
{
    private const string Prefix = "ping-";

    private readonly ConcurrentDictionary<string, (StreamConnection Stream, string Domain, long AskedAt)> _open = new(StringComparer.Ordinal);

    /// <summary>Asks the far side of a pair over its stream.</summary>
    public void Ask(StreamConnection stream, DomainPair pair)
    {
        string id = Prefix + context.NewId();
        if (!_open.TryAdd(id, (stream, pair.To, context.Time.GetTimestamp()))) return;
        stream.SendIq((ref Protocol.Wire.XmppWriter writer) =>
        {
            writer.Raw("<iq type='get'"u8);
            writer.Attribute("from"u8, pair.From);
            writer.Attribute("to"u8, pair.To);
            writer.Attribute("id"u8, id);
            writer.Raw("><ping xmlns='urn:xmpp:ping'/></iq>"u8);
        });
    }

    /// <summary>True when this answers a ping of ours to that very domain.</summary>
    public bool TryAnswer(Iq answer, string domain) =>
        answer.Id is { } id && id.StartsWith(Prefix, StringComparison.Ordinal) && _open.TryGetValue(id, out var asked) && asked.Domain == domain && _open.TryRemove(id, out _);

    /// <summary>Called about once a second: who was silent for too long has no stream any more.</summary>
    public void Sweep(long now)
    {
        foreach (var (id, asked) in _open)
        {
            if (context.Time.GetElapsedTime(asked.AskedAt, now).TotalSeconds < context.Options.PingAnswerSecondsMax || !_open.TryRemove(id, out _)) continue;
            asked.Stream.End(XmppReason.PeerSilent);
        }
    }
}
