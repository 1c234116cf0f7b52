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
    public static async Task<int> RunAsync(string file, ExplainQuestion asked, bool asJson, CancellationToken cancellation)
    {
        var (from, to) = (asked.From, asked.To);
        if (KindOf(asked) is null)
        {
            Output.Error($"--method {asked.Method} --event {asked.Event}: nothing that crosses; methods: {string.Join(", ", RuleBuilder.Methods)}; event: presence");
            return ExitCodes.Usage;
        }

        foreach (var text in new[] { from, to })
        {
            if (DomainText.IsDomain(Parse(text).Domain)) continue;
            Output.Error($"'{text}' is neither user@domain nor a domain");
            return ExitCodes.Usage;
        }

        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);

        if (asked.Source is { Length: > 0 } source && model.Federation.Peers.All(p => p.Name != source))
        {
            Output.Error($"--source {source}: no peer has this name; there is: {string.Join(", ", model.Federation.Peers.Select(p => p.Name))}");
            return ExitCodes.Usage;
        }

        var report = Explain(new FederationTables(model.Federation), asked, await TroublesAsync(file, cancellation));
        if (asJson) Output.Json(report);
        else
            foreach (var step in report.Steps) Output.Line("  " + step);
        return report.IsRouted ? ExitCodes.Good : ExitCodes.FoundBad;
    }

    /// <summary>The same for the running appliance's tables.</summary>
    internal static ExplainReport Explain(FederationTables tables, ExplainQuestion asked, Func<string, PeerTrouble?>? troubleOf = null)
    {
        var explanation = RouteExplanation.Of(tables, new RouteQuestion(Parse(asked.From), Parse(asked.To))
        {
            Kind = KindOf(asked) ?? PassageKind.Message, Source = asked.Source is { Length: > 0 } source ? source : null, TroubleOf = troubleOf,
        });
        var isRouted = explanation.Reason == FederationReason.None;
        return new ExplainReport(asked.From, asked.To, isRouted, isRouted ? "" : FederationReasons.NameOf(explanation.Reason), explanation.Peer?.Name, explanation.Steps)
        {
            Rule = explanation.Rule,
        };
    }

    // Without a method: a message, or with an event package its subscription.
    private static PassageKind? KindOf(ExplainQuestion asked)
    {
        string[] Words(string? text) => string.IsNullOrEmpty(text) ? [] : [text];
        var (methods, events) = (Words(asked.Method), Words(asked.Event));
        if (methods.Any(m => !RuleBuilder.Methods.Contains(m, StringComparer.OrdinalIgnoreCase)) || events.Any(e => e != "presence")) return null;
        return RuleBuilder.KindsOf(methods, events) is { } kinds ? kinds.FirstOrDefault(PassageKind.Message) : null;
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
