using Gateway.Federation.Peers;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// A partner nobody configured is believed by a host name that DNS gives for its domain (RFC 5922 §7.3): on its first request the name servers are asked, and what it sends
/// meanwhile waits here, bounded and in order. A domain is asked for once on a connection, and a connection may name only so many.
/// </summary>
internal sealed partial class SipConnection
{
    private const int HeldMax = 64;
    private const int DomainsAskedMax = 16;

    private readonly Lock asking = new();
    private readonly Dictionary<string, DiscoveredNames> discovered = new(StringComparer.Ordinal);
    private Queue<SipMessage>? held;

    /// <summary>True when the judge may think better of this connection once DNS has been asked: the request is kept and judged again then.</summary>
    public bool TryAskFirst(string domain, SipRequest request)
    {
        if (!side.Peers.IsDiscoverable(domain, Gateway.Federation.Protocol.Sip)) return false;
        lock (asking)
        {
            if (held is not null || discovered.Count >= DomainsAskedMax || !discovered.TryAdd(domain, DiscoveredNames.None)) return false;
            held = new Queue<SipMessage>([request]);
        }

        side.Run(() => AskAsync(domain));
        return true;
    }

    private DiscoveredNames? NamesOf(string domain)
    {
        lock (asking) return discovered.GetValueOrDefault(domain);
    }

    // False: nothing is being asked, the message goes its way.
    private bool IsHeld(SipMessage message)
    {
        if (Volatile.Read(ref held) is null) return false;
        lock (asking)
        {
            if (held is null) return false;
            if (held.Count < HeldMax) held.Enqueue(message);
            else Transport.Close(TransportReason.ClosedByUs, "sip.QueueFull");
            return true;
        }
    }

    private async ValueTask AskAsync(string domain)
    {
        var names = DiscoveredNames.None;
        try
        {
            names = await side.Links.NamesAsync(domain);
        }
        finally
        {
            lock (asking) discovered[domain] = names;
            admissions.TryRemove(domain, out _);
            DeliverHeld();
        }
    }

    private void DeliverHeld()
    {
        using var batch = SendBatch.Begin();
        while (TryTakeHeld(out var message))
        {
            if (IsUsable) Dispatch(message);
        }
    }

    // The queue is given up in the same step that finds it empty, so that nothing that arrives now overtakes what waited.
    private bool TryTakeHeld([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipMessage? message)
    {
        lock (asking)
        {
            message = null;
            if (held is not null && held.TryDequeue(out message)) return true;
            held = null;
            return false;
        }
    }
}
