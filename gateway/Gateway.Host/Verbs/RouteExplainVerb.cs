using Certificates;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Routes;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Validation;
using Presence.Core.Model;

namespace Gateway.Host.Verbs;

/// <summary>
/// <c>gateway route explain</c>: asks the tables in the file, which is what a reload would put in force; no running appliance is needed, but one that runs says which peers it
/// cannot reach at this moment.
/// </summary>
internal static class RouteExplainVerb
{
    public static async Task<int> RunAsync(string file, string from, string to, bool asJson, CancellationToken cancellation)
    {
        foreach (var text in new[] { from, to })
        {
            if (DomainText.IsDomain(Parse(text).Domain)) continue;
            Output.Error($"'{text}' is neither user@domain nor a domain");
            return ExitCodes.Usage;
        }

        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);

        var report = Explain(new FederationTables(model.Federation), from, to, await TroublesAsync(file, cancellation));
        if (asJson) Output.Json(report);
        else
            foreach (var step in report.Steps) Output.Line("  " + step);
        return report.IsRouted ? ExitCodes.Good : ExitCodes.FoundBad;
    }

    /// <summary>The same for the running appliance's tables.</summary>
    internal static ExplainReport Explain(FederationTables tables, string from, string to, Func<string, PeerTrouble?>? troubleOf = null)
    {
        var explanation = RouteExplanation.Of(tables, Parse(from), Parse(to), troubleOf);
        var isRouted = explanation.Reason == FederationReason.None;
        return new ExplainReport(from, to, isRouted, isRouted ? "" : FederationReasons.NameOf(explanation.Reason), explanation.Peer?.Name, explanation.Steps);
    }

    private static async Task<Func<string, PeerTrouble?>> TroublesAsync(string file, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, null);
        var status = await client.AskAsync<StatusReport>(HttpMethod.Get, "/status", cancellation);
        var troubles = (status?.Peers ?? []).Where(p => p.NextTryAt is not null)
            .ToDictionary(p => p.Name, p => new PeerTrouble(p.LastFailure, p.NextTryAt!.Value), StringComparer.Ordinal);
        return name => troubles.GetValueOrDefault(name);
    }

    internal static Address Parse(string text)
    {
        var bare = text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) ? text[4..] : text;
        var at = bare.LastIndexOf('@');
        return at < 0 ? new Address("", DomainNames.ToAscii(bare)) : new Address(bare[..at].ToLowerInvariant(), DomainNames.ToAscii(bare[(at + 1)..]));
    }
}
