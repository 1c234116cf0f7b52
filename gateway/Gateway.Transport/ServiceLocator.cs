using System.Net;

namespace Gateway.Transport;

/// <summary>Targets in the order they are to be tried, or one reason.</summary>
public sealed record LocateOutcome(IReadOnlyList<DialTarget> Targets, TransportReason Reason, string Detail)
{
    /// <summary>True when there is something to dial.</summary>
    public bool IsFound => Targets.Count > 0;

    /// <summary>How long the answer may be used: the shortest life of any record it rests on. Zero is normal and means: ask again next time.</summary>
    public TimeSpan Ttl { get; init; }
}

/// <summary>
/// From a domain to targets: SRV in the order of RFC 2782, each target's addresses; without SRV the domain itself when the
/// protocol allows it (RFC 6120 §3.2.2). The random numbers are injected.
/// </summary>
public sealed class ServiceLocator(IDnsResolver resolver, Func<int, int> nextBelow)
{
    private const int TargetsMax = 16;

    /// <summary>Finds what a domain offers under one service.</summary>
    /// <param name="service">Such as <c>_xmpp-server._tcp</c> or <c>_sipfederationtls._tcp</c>.</param>
    /// <param name="domain">The domain asked about.</param>
    /// <param name="fallbackPort">Port of the domain itself when it has no SRV record at all; null gives none.</param>
    /// <param name="cancel">Gives up.</param>
    public ValueTask<LocateOutcome> LocateAsync(string service, string domain, int? fallbackPort, CancellationToken cancel) =>
        LocateAsync([service], domain, fallbackPort, cancel);

    /// <summary>
    /// Finds what a domain offers under several services that lead to the same thing, and mixes their records as if they were one
    /// set (XEP-0368 §3, RFC 6186 §3.4); each target says which service named it. A service that is denied takes nothing from the others,
    /// but the domain itself is tried only when it has no record of any.
    /// </summary>
    /// <param name="services">Such as <c>_xmpps-server._tcp</c> and <c>_xmpp-server._tcp</c>.</param>
    /// <param name="domain">The domain asked about.</param>
    /// <param name="fallbackPort">Port of the domain itself when it has no SRV record at all; null gives none.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<LocateOutcome> LocateAsync(IReadOnlyList<string> services, string domain, int? fallbackPort, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(services.Select(s => resolver.FindServicesAsync($"{s}.{domain}", cancel).AsTask()));
        var named = new List<Named>();
        foreach (var (service, answer) in services.Zip(answers))
            named.AddRange(answer.Records.Where(r => !IsDenial(r)).Select(r => new Named(r, service, answer.IsSecure, answer.Ttl) { Owner = $"{service}.{domain}" }));
        if (named.Count > 0) return await ResolveAllAsync(Ordered(named), cancel);
        if (answers.FirstOrDefault(a => !a.IsFound && a.Reason != TransportReason.DnsNotFound) is { } broken) return new LocateOutcome([], broken.Reason, broken.Detail);
        if (answers.Any(a => a.IsFound)) return new LocateOutcome([], TransportReason.DnsServiceDenied, $"'{domain}' says it does not offer {string.Join(" or ", services)}.");
        if (fallbackPort is null) return new LocateOutcome([], TransportReason.DnsNotFound, answers[0].Detail);
        return await ResolveAllAsync([new Named(new SrvRecord(0, 0, (ushort)fallbackPort.Value, domain), "", answers.All(a => a.IsSecure), TimeSpan.MaxValue)], cancel);
    }

    /// <summary>Finds what one full owner name says, such as a NAPTR record pointed to (RFC 3263 §4.1).</summary>
    public async ValueTask<LocateOutcome> LocateNamedAsync(string name, CancellationToken cancel)
    {
        var answer = await resolver.FindServicesAsync(name, cancel);
        if (!answer.IsFound) return new LocateOutcome([], answer.Reason, answer.Detail);
        var named = answer.Records.Where(r => !IsDenial(r)).Select(r => new Named(r, name, answer.IsSecure, answer.Ttl) { Owner = name }).ToList();
        return named.Count > 0 ? await ResolveAllAsync(Ordered(named), cancel) : new LocateOutcome([], TransportReason.DnsServiceDenied, $"'{name}' is denied.");
    }

    /// <summary>The addresses of one configured host; not a discovered target.</summary>
    public async ValueTask<LocateOutcome> ConfiguredAsync(string host, int port, CancellationToken cancel)
    {
        var found = await ResolveAsync(host, port, cancel);
        return found.Endpoints.Count == 0
            ? new LocateOutcome([], found.Reason, found.Detail)
            : new LocateOutcome([new DialTarget(host, found.Endpoints, IsDiscovered: false, IsSecure: true) { IsNameSecure = true }], TransportReason.None, "") { Ttl = found.Ttl };
    }

    private static bool IsDenial(SrvRecord record) => record.Target is "." or "";

    // Equal records of two services (one host, one port, STARTTLS and direct) stay two.
    private List<Named> Ordered(List<Named> named)
    {
        var left = new List<Named>(named);
        var ordered = new List<Named>(named.Count);
        foreach (var record in SrvOrder.Order([.. named.Select(n => n.Record)], nextBelow))
        {
            var at = left.FindIndex(n => ReferenceEquals(n.Record, record));
            ordered.Add(left[at]);
            left.RemoveAt(at);
        }
        return ordered;
    }

    private async ValueTask<LocateOutcome> ResolveAllAsync(IReadOnlyList<Named> named, CancellationToken cancel)
    {
        var tried = named.Take(TargetsMax).ToList();
        var found = await Task.WhenAll(tried.Select(n => ResolveAsync(n.Record.Target, n.Record.Port, cancel)));
        var targets = new List<DialTarget>();
        var reason = TransportReason.TargetEmpty;
        var details = new List<string>();
        var ttl = tried.Min(n => n.Ttl);
        foreach (var (name, at) in tried.Zip(found))
        {
            if (at.Endpoints.Count == 0)
            {
                // A record that leads nowhere is not a missing record: whoever asks must not look for another way.
                var isEmpty = at.Reason == TransportReason.DnsNotFound && name.Owner.Length > 0;
                reason = isEmpty ? TransportReason.TargetEmpty : at.Reason;
                var words = isEmpty ? ", which has no address." : $": {at.Detail}";
                details.Add(name.Owner.Length == 0 ? at.Detail : $"{name.Owner} names '{name.Record.Target}'{words}");
                continue;
            }
            if (at.Ttl < ttl) ttl = at.Ttl;
            targets.Add(new DialTarget(name.Record.Target, at.Endpoints, IsDiscovered: true, name.IsSecure && at.IsSecure)
            {
                Service = name.Service,
                Priority = name.Record.Priority,
                IsNameSecure = name.IsSecure,
            });
        }
        return targets.Count > 0
            ? new LocateOutcome(targets, TransportReason.None, "") { Ttl = ttl }
            : new LocateOutcome([], reason, details.Count == 0 ? "No target has an address." : string.Join(" ", details));
    }

    private async Task<Resolved> ResolveAsync(string host, int port, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal)) return new Resolved([new IPEndPoint(literal, port)], true, TimeSpan.MaxValue, TransportReason.None, "");
        var answer = await resolver.FindAddressesAsync(host, cancel);
        return new Resolved([.. answer.Records.Select(a => new IPEndPoint(a, port))], answer.IsSecure, answer.Ttl, answer.Reason, answer.Detail);
    }

    private sealed record Named(SrvRecord Record, string Service, bool IsSecure, TimeSpan Ttl)
    {
        /// <summary>The name the record was found at; empty for the domain itself.</summary>
        public string Owner { get; init; } = "";
    }

    private sealed record Resolved(IReadOnlyList<IPEndPoint> Endpoints, bool IsSecure, TimeSpan Ttl, TransportReason Reason, string Detail);
}
