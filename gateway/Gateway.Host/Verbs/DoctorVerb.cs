using Certificates;
using Gateway.Admin.Doctor;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Composition;
using Gateway.Host.Configuration;
using Gateway.Host.Screens;
using Gateway.Mapping.Errors;
using Gateway.Sip;
using Gateway.Transport;
using Gateway.Xmpp;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway doctor</c>: checks each hop and says what to change; acts on the file, so it works when the appliance is down.</summary>
public static class DoctorVerb
{
    public static async Task<int> RunAsync(string file, string? peer, bool asJson, CancellationToken cancellation)
    {
        var reading = ConfigurationFile.Read(file, static _ => true);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);

        var report = await CheckAsync(model, peer, cancellation);
        if (asJson) Output.Json(report);
        else Output.Lines(DoctorScreen.Lines(report, Output.Width));
        return report.HasFailures ? ExitCodes.FoundBad : ExitCodes.Good;
    }

    // A doctor of its own parts: what it dials and refuses does not count among the appliance's connections and refusals.
    public static async Task<DoctorReport> CheckAsync(ApplianceModel model, string? peer, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var (resolver, native) = ResolverFactory.Make(model.Dns, time);
        using var _ = native;
        using var certificates = new CertificateStore(model.Certificates with { WatchSeconds = 0 }, time) { TakesEnded = true };
        certificates.Reload();
        var registry = new PeerRegistry(certificates, time, new RecentRefusals(time));
        registry.Publish(new FederationTables(model.Federation));
        using var hub = new TransportHub(new TransportLimits { ConnectSecondsMax = 5 }, time);
        var parts = new DoctorParts(model.Fqdn, model.Federation, certificates, registry, resolver, hub)
        {
            Find = Finder(model.Xmpp.AttemptRules),
            Advise = Reasons.ReasonTable.NextStepOf,
            Diagnose = static number => PeerDiagnoses.Describe(number, null),
            SipPort = model.SipListeners.Select(l => l.EndPoint.Port).FirstOrDefault(5061),
            XmppListener = model.XmppListeners.Where(l => !l.IsDirectTls).Select(l => l.EndPoint).FirstOrDefault(),
        };
        return await GatewayDoctor.CheckAsync(parts, peer, cancellation);
    }

    /// <summary>Each protocol's own search for a peer.</summary>
    public static Func<IDnsResolver, PeerModel, string, CancellationToken, ValueTask<LocateOutcome>> Finder(IReadOnlyList<AttemptRule> rules) => (resolver, peer, domain, cancel) =>
        peer.Protocol == Protocol.Sip ? SipFinder.FindAsync(resolver, peer, domain, cancel) : XmppFinder.FindAsync(resolver, rules, peer, domain, cancel);
}
