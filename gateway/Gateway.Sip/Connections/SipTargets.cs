using System.Globalization;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Where a peer is: its configured <c>host:port</c> list, else the SRV records <c>_sipfederationtls._tcp</c> of the far domain (field fact A1).
/// </summary>
internal sealed class SipTargets(ServiceLocator locator)
{
    private const string Service = "_sipfederationtls._tcp";
    private const int PortDefault = 5061;

    public async ValueTask<(IReadOnlyList<DialTarget> Targets, LinkFailure Failure)> FindAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        if (peer.Addresses.IsEmpty)
        {
            var discovered = await locator.LocateAsync(Service, domain, null, cancel);
            return (discovered.Targets, FailureOf(discovered));
        }

        var found = new List<DialTarget>(peer.Addresses.Length);
        var failure = LinkFailure.None;
        foreach (var address in peer.Addresses)
        {
            var (host, port) = Split(address);
            var outcome = await locator.ConfiguredAsync(host, port, cancel);
            found.AddRange(outcome.Targets);
            if (!outcome.IsFound) failure = FailureOf(outcome);
        }

        return (found, failure);
    }

    private static LinkFailure FailureOf(LocateOutcome outcome)
    {
        if (outcome.IsFound) return LinkFailure.None;
        var kind = outcome.Reason is TransportReason.DnsNotFound or TransportReason.DnsServiceDenied ? LinkFailureKind.NotFound : LinkFailureKind.Unreachable;
        return new LinkFailure(kind, "transport." + outcome.Reason, outcome.Detail);
    }

    // host, host:port, [v6]:port or a bare v6 address.
    private static (string Host, int Port) Split(string address)
    {
        var end = address.StartsWith('[') ? address.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = address.LastIndexOf(':');
        var hasPort = end >= 0 ? colon > end : colon >= 0 && address.IndexOf(':', StringComparison.Ordinal) == colon;
        var port = hasPort ? int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture) : PortDefault;
        var host = hasPort ? address[..colon] : address;
        return (host.Trim('[', ']'), port);
    }
}
