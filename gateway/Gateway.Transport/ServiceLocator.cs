using System.Net;

namespace Gateway.Transport;

/// <summary>Targets in the order they are to be tried, or one reason.</summary>
public sealed record LocateOutcome(IReadOnlyList<DialTarget> Targets, TransportReason Reason, string Detail)
{
    /// <summary>True when there is something to dial.</summary>
    public bool IsFound => Targets.Count > 0;
}

/// <summary>
/// From a domain to targets: SRV in the order of RFC 2782, each target's addresses; without SRV the domain itself when the
/// protocol allows it (RFC 6120 §3.2.2). The random numbers are injected.
/// </summary>
public sealed class ServiceLocator(IDnsResolver resolver, Func<int, int> nextBelow)
{
    private const int TargetsMax = 16;

    /// <summary>Finds what a domain offers.</summary>
    /// <param name="service">Such as <c>_xmpp-server._tcp</c> or <c>_sipfederationtls._tcp</c>.</param>
    /// <param name="domain">The domain asked about.</param>
    /// <param name="fallbackPort">Port of the domain itself when it has no SRV record at all; null gives none.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<LocateOutcome> LocateAsync(string service, string domain, int? fallbackPort, CancellationToken cancel)
    {
        var answer = await resolver.FindServicesAsync($"{service}.{domain}", cancel);
        if (answer.IsFound && answer.Records is [{ Target: "." or "" }])
            return new LocateOutcome([], TransportReason.DnsServiceDenied, $"'{domain}' says it does not offer {service}.");
        if (answer.IsFound) return await ResolveAllAsync(SrvOrder.Order(answer.Records, nextBelow), answer.IsSecure, cancel);
        if (answer.Reason != TransportReason.DnsNotFound || fallbackPort is null) return new LocateOutcome([], answer.Reason, answer.Detail);
        return await ResolveAllAsync([new SrvRecord(0, 0, (ushort)fallbackPort.Value, domain)], answer.IsSecure, cancel);
    }

    /// <summary>The addresses of one configured host; not a discovered target.</summary>
    public async ValueTask<LocateOutcome> ConfiguredAsync(string host, int port, CancellationToken cancel)
    {
        var found = await ResolveAsync(host, port, cancel);
        return found.Endpoints.Count == 0
            ? new LocateOutcome([], found.Reason, found.Detail)
            : new LocateOutcome([new DialTarget(host, found.Endpoints, IsDiscovered: false, IsSecure: true)], TransportReason.None, "");
    }

    private async ValueTask<LocateOutcome> ResolveAllAsync(IReadOnlyList<SrvRecord> records, bool isSecure, CancellationToken cancel)
    {
        var targets = new List<DialTarget>();
        var (reason, detail) = (TransportReason.TargetEmpty, "No target has an address.");
        foreach (var record in records.Take(TargetsMax))
        {
            var found = await ResolveAsync(record.Target, record.Port, cancel);
            if (found.Endpoints.Count > 0) targets.Add(new DialTarget(record.Target, found.Endpoints, IsDiscovered: true, isSecure && found.IsSecure));
            else (reason, detail) = (found.Reason, found.Detail);
        }
        return targets.Count > 0 ? new LocateOutcome(targets, TransportReason.None, "") : new LocateOutcome([], reason, detail);
    }

    private async ValueTask<(IReadOnlyList<IPEndPoint> Endpoints, bool IsSecure, TransportReason Reason, string Detail)> ResolveAsync(
        string host, int port, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal)) return ([new IPEndPoint(literal, port)], true, TransportReason.None, "");
        var answer = await resolver.FindAddressesAsync(host, cancel);
        return ([.. answer.Records.Select(a => new IPEndPoint(a, port))], answer.IsSecure, answer.Reason, answer.Detail);
    }
}
