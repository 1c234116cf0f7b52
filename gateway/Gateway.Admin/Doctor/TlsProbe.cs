using System.Text;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>What a probe saw: evidence, or the reason why there is none.</summary>
internal sealed record ProbeResult(PeerEvidence? Evidence, TransportReason Reason, string Detail);

/// <summary>
/// Opens one connection as far as TLS, looks, and closes. For XMPP it asks for STARTTLS with the fewest words RFC 6120 §5.4 allows: this is a check of the way, not a stream.
/// </summary>
internal sealed class TlsProbe(DoctorParts parts, PeerModel peer, string domain) : IConnectionHandler
{
    private const int ReplyBytesMax = 64 * 1_024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource<ProbeResult> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isStartTlsAsked;

    public async Task<ProbeResult> RunAsync(DialTarget target, CancellationToken cancellation)
    {
        var options = new DialOptions { PrivateAllowed = peer.AllowsPrivateTargets, Label = peer.Name, Tls = peer.Protocol == Protocol.Sip ? Tls(target.Host) : null };
        using var patience = new CancellationTokenSource(Patience, parts.Hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var outcome = await new Dialer(parts.Hub).DialAsync(target, options, this, either.Token);
        if (outcome.Connection is not { } connection) return new ProbeResult(null, outcome.Reason, outcome.Detail);
        await using var giveUp = either.Token.Register(() => seen.TrySetResult(new ProbeResult(null, TransportReason.HandshakeTimeout, "no TLS within 15 s")));
        var result = await seen.Task;
        connection.Close();
        return result;
    }

    public void OnOpened(TransportConnection connection)
    {
        if (peer.Protocol == Protocol.Sip)
        {
            seen.TrySetResult(new ProbeResult(connection.Evidence, TransportReason.None, ""));
            return;
        }

        var from = parts.Model.Peers.Where(p => p.Protocol == Protocol.Sip).SelectMany(p => p.FromDomains).Order(StringComparer.Ordinal).FirstOrDefault(parts.Fqdn);
        connection.TrySend(Encoding.UTF8.GetBytes(
            $"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='{from}' to='{domain}' version='1.0'>"));
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        var text = unread.Span;
        if (!isStartTlsAsked)
        {
            if (text.IndexOf("</stream:features>"u8) < 0) return TooMuch(text.Length) ? text.Length : 0;
            if (text.IndexOf("urn:ietf:params:xml:ns:xmpp-tls"u8) < 0)
            {
                seen.TrySetResult(new ProbeResult(null, TransportReason.HandshakeFailed, "the server offers no STARTTLS"));
                return text.Length;
            }

            isStartTlsAsked = true;
            connection.TrySend("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
            return text.Length;
        }

        if (text.IndexOf("<proceed"u8) < 0 || text.IndexOf((byte)'>') < 0) return TooMuch(text.Length) ? text.Length : 0;
        connection.StartTls(Tls(domain));
        return text.Length;
    }

    public void OnSecured(TransportConnection connection) => seen.TrySetResult(new ProbeResult(connection.Evidence, TransportReason.None, ""));

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail) => seen.TrySetResult(new ProbeResult(null, reason, detail));

    private bool TooMuch(int bytes)
    {
        if (bytes < ReplyBytesMax) return false;
        seen.TrySetResult(new ProbeResult(null, TransportReason.ReceiveBufferFull, "the server sent much and no features"));
        return true;
    }

    private TlsClientOptions Tls(string serverName) => new() { Certificates = parts.Certificates, ServerName = serverName, OwnDomain = parts.Fqdn };
}
