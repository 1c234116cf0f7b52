using System.Text;
using Certificates;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>What operators see of a stream: counts, features, and whether it concerns the peer they trace.</summary>
internal abstract partial class StreamConnection
{
    private long _lastStanza;
    private long _stanzasIn;
    private long _stanzasOut;

    protected static IReadOnlyList<string> FeaturesOf(StreamFacts facts, bool isDirectTls)
    {
        var features = new List<string>(3);
        if (isDirectTls) features.Add("direct-tls");
        if (facts.Has(StreamFacts.Managed)) features.Add("0198");
        if (facts.Has(StreamFacts.Bidi)) features.Add("0288");
        return features;
    }

    /// <summary>Where it stands in the operator's eyes: how it ends counts before how it began.</summary>
    protected string PhaseOf(string phase) => IsOver ? "closing" : IsLeaving ? "leaving" : phase;

    /// <summary>When the last stanza crossed, in or out; null before the first.</summary>
    protected DateTimeOffset? LastStanzaAt =>
        Volatile.Read(ref _lastStanza) is > 0 and var at ? context.Time.GetUtcNow() - context.Time.GetElapsedTime(at) : null;

    /// <summary>Seconds since the connection was made, whatever became of the clock on the wall.</summary>
    public double AgeSeconds(long now) => context.Time.GetElapsedTime(Volatile.Read(ref _openedAt), now).TotalSeconds;

    /// <summary>Seconds since the last stanza crossed, or since the connection was made.</summary>
    public double QuietSeconds(long now) => context.Time.GetElapsedTime(Math.Max(Volatile.Read(ref _lastStanza), Volatile.Read(ref _openedAt)), now).TotalSeconds;

    /// <summary>Stanzas taken from the peer.</summary>
    protected long StanzasIn => Volatile.Read(ref _stanzasIn);

    /// <summary>Stanzas of ours.</summary>
    protected long StanzasOut => Volatile.Read(ref _stanzasOut);

    /// <summary>One more stanza came; called by the read loop only.</summary>
    public void CountIn()
    {
        Volatile.Write(ref _lastStanza, Volatile.Read(ref _lastReceived));
        Volatile.Write(ref _stanzasIn, _stanzasIn + 1);
    }

    /// <summary>One more stanza goes; from any thread.</summary>
    protected void CountOut()
    {
        Volatile.Write(ref _lastStanza, Math.Max(1, context.Time.GetTimestamp()));
        Interlocked.Increment(ref _stanzasOut);
    }

    /// <inheritdoc/>
    public bool? Concerns(string peerOrDomain)
    {
        var stream = Snapshot();
        bool isNamed = stream.Peer == peerOrDomain || Has(stream.RemoteDomain, peerOrDomain) || Has(stream.LocalDomain, peerOrDomain) || stream.Pairs.Any(pair => Has(pair, peerOrDomain));
        if (isNamed) return true;
        if (stream.Peer.Length > 0) return false;

        // Nobody is proved yet: who says that he is the one is shown too, for why he is not believed is what one looks for.
        return stream.RemoteDomain.Length == 0 ? null : context.Policies.Find(stream.RemoteDomain)?.Name == peerOrDomain;
    }

    /// <summary>Ends that an operator should know of.</summary>
    protected static bool IsNoteworthy(XmppReason reason, string text) => !(reason == XmppReason.PeerStreamError && IsOrderly(text)) && reason is not (
        XmppReason.None or XmppReason.PeerClosed or XmppReason.ConnectionLost or XmppReason.ConnectionTimeout or XmppReason.PeerSilent or XmppReason.SystemShutdown
        or XmppReason.CertificateReplaced);

    // A server that is stopped, that starts a stream anew or that has heard nothing for long refuses nobody: its condition stands first in the text.
    private static bool IsOrderly(string text) => text.Split(':')[0] is "system-shutdown" or "reset" or "connection-timeout";

    /// <summary>True when the stream ended for what may be a fault of our own certificate.</summary>
    protected bool HasDoubtOfOurs { get; private set; }

    /// <summary>The domain of ours whose certificate the other side may have refused; null once something was proved here, or nothing had to be.</summary>
    protected abstract string? DoubtfulDomain { get; }

    /// <summary>True where TLS was withheld from the other side, as its record says.</summary>
    protected virtual bool IsTlsWithheld => false;

    // Many servers end the stream, or offer nothing, and say no word of why: what we can see of our own certificate is told with it.
    private string DoubtOfOurs()
    {
        bool isSilent = _reason is XmppReason.PeerClosed or XmppReason.ConnectionLost;
        if (_reason == XmppReason.PeerStreamError && IsOrderly(_text)) return "";
        bool isTheirWord = isSilent || _reason is XmppReason.PeerStreamError or XmppReason.TlsFailed or XmppReason.SaslFailed or XmppReason.NoWayToAuthenticate;
        if (isSilent && IsTlsWithheld && DoubtfulDomain is not null) return "It ended without a word where no TLS was offered, as its record says: it may demand it.";
        if (!isTheirWord || _transport is not { Presented.Length: > 0 } transport || DoubtfulDomain is not { } domain) return "";
        if (context.Certificates.Current.Own.FirstOrDefault(own => own.Fingerprint == transport.Presented) is not { } own) return "";
        var fault = own.FaultFor(domain, context.Time.GetUtcNow());
        if (fault != CertificateReason.None) return $"Our certificate '{own.Name}' does not prove {domain}: {fault}.";
        return isSilent ? $"It ended without a word once it had seen our certificate '{own.Name}': it may not know the authority." : "";
    }

    private static bool Has(string domains, string domain) => domains.Split(',', '→').Any(one => Jid.ToAsciiDomain(one) == domain);

    private static void Tell(TransportConnection connection, XmlElement element) => connection.TellReceived(Encoding.UTF8.GetBytes(element.ToString()));
}
