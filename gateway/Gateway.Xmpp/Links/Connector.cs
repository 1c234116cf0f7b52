using System.Globalization;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>From a peer record to a TCP connection: the record's own addresses, else SRV and its fallback to the domain on 5269 (RFC 6120 §3.2). The stream itself negotiates.</summary>
internal sealed class Connector(XmppContext context)
{
    private const int PortDefault = 5269;

    private readonly ServiceLocator _locator = new(context.Resolver, context.NextBelow);
    private readonly Dialer _dialer = new(context.Hub);

    /// <summary>Starts to connect; the stream's owner hears the outcome, never from within this call.</summary>
    public void Connect(OutboundConnection stream) => _ = ConnectAsync(stream);

    private async Task ConnectAsync(OutboundConnection stream)
    {
        await Task.Yield();
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(context.Options.NegotiationSecondsMax), context.Time);
            var (reason, text) = await TryConnectAsync(stream, deadline.Token);
            if (reason != XmppReason.None) stream.Fail(reason, text);
        }
        catch (OperationCanceledException)
        {
            stream.Fail(XmppReason.NegotiationTimeout, "No target could be reached in time.");
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed($"connecting {stream.Pair}", bug);
            stream.Fail(XmppReason.InternalError, "");
        }
    }

    private async Task<(XmppReason Reason, string Text)> TryConnectAsync(OutboundConnection stream, CancellationToken cancel)
    {
        var found = await FindAsync(stream, cancel);
        if (!found.IsFound) return (IsAbsent(found.Reason) ? XmppReason.RemoteServerNotFound : XmppReason.RemoteServerTimeout, $"{found.Reason}: {found.Detail}");
        var options = new DialOptions { PrivateAllowed = stream.Peer.AllowsPrivateTargets, Label = PeerTable.LabelOf(stream.Peer), IdleSecondsMax = 0 };
        string text = "";
        foreach (var target in found.Targets)
        {
            var outcome = await _dialer.DialAsync(target, options, stream, cancel);
            if (outcome.IsConnected) return (XmppReason.None, "");
            text = $"{outcome.Reason}: {outcome.Detail}";
        }
        return (XmppReason.ConnectFailed, text);
    }

    private async Task<LocateOutcome> FindAsync(OutboundConnection stream, CancellationToken cancel)
    {
        if (stream.Peer.Addresses.IsEmpty)
            return await _locator.LocateAsync("_xmpp-server._tcp", Jid.ToAsciiDomain(stream.Pair.To), PortDefault, cancel);
        var targets = new List<DialTarget>();
        var last = new LocateOutcome([], TransportReason.TargetEmpty, "The peer has no address.");
        foreach (string address in stream.Peer.Addresses)
        {
            var (host, port) = Split(address);
            last = await _locator.ConfiguredAsync(host, port, cancel);
            targets.AddRange(last.Targets);
        }
        return targets.Count > 0 ? new LocateOutcome(targets, TransportReason.None, "") : last;
    }

    private static (string Host, int Port) Split(string address)
    {
        int colon = address.LastIndexOf(':');
        bool hasPort = colon > 0 && colon > address.LastIndexOf(']');
        return hasPort && int.TryParse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture, out int port) ? (address[..colon], port) : (address, PortDefault);
    }

    private static bool IsAbsent(TransportReason reason) =>
        reason is TransportReason.DnsNotFound or TransportReason.DnsServiceDenied or TransportReason.DnsNameInvalid or TransportReason.TargetEmpty;
}
