using System.CommandLine;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Editing;
using Gateway.Host.Composition;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway peer list|show|test|add|remove</c>: the partners in the configuration file. Edge, domain and port are enough for one (OCS-042, PSB-070, PS-056).</summary>
internal static class PeerVerbs
{
    public static Command Build(Option<string> config, Option<bool> json) => new("peer", "Partners: list, show, test, add, remove.")
    {
        List(config, json), Show(config, json), Test(config, json), Add(config, json), Remove(config, json),
    };

    private static Command List(Option<string> config, Option<bool> json)
    {
        var verb = new Command("list", "The peers of the configuration.");
        verb.SetAction(parse => RunList(parse.GetValue(config)!, parse.GetValue(json)));
        return verb;
    }

    private static Command Show(Option<string> config, Option<bool> json)
    {
        var peer = new Argument<string>("peer") { Description = "Its name." };
        var verb = new Command("show", "One peer, with what is relaxed or limited for it.") { peer };
        verb.SetAction(parse => RunShow(parse.GetValue(config)!, parse.GetValue(peer)!, parse.GetValue(json)));
        return verb;
    }

    private static Command Test(Option<string> config, Option<bool> json)
    {
        var peer = new Argument<string>("peer") { Description = "Its name." };
        var verb = new Command("test", "Walks the way to one peer, step by step: the same as doctor PEER.") { peer };
        verb.SetAction((parse, cancellation) => DoctorVerb.RunAsync(parse.GetValue(config)!, parse.GetValue(peer), parse.GetValue(json), cancellation));
        return verb;
    }

    private static Command Add(Option<string> config, Option<bool> json)
    {
        var product = new Argument<string>("product") { Description = string.Join(", ", PeerRecord.Products.Keys) };
        product.AcceptOnlyFromAmong([.. PeerRecord.Products.Keys]);
        var domain = new Option<string[]>("--domain") { Description = "The domain behind it; several times for several.", Required = true };
        var edge = new Option<string>("--edge", "--host") { Description = "Host name of its edge or server. XMPP: found by DNS SRV when left out.", DefaultValueFactory = _ => "" };
        var port = new Option<int?>("--port") { Description = "Its port: 5061 for SIP, 5269 for XMPP when left out." };
        var name = new Option<string?>("--name") { Description = "What logs, metrics and the other verbs call it; the domain when left out." };
        var trust = new Option<string?>("--trust") { Description = "The trust set its certificate must chain to; not needed where there is one, or one named default." };
        var dialback = new Option<bool>("--dialback") { Description = "XMPP: accept dialback where its certificate does not prove the domain (a relaxation)." };
        var inside = new Option<bool>("--private-targets") { Description = "Its addresses may be loopback or private (a relaxation, for labs and peers inside)." };
        var dry = new Option<bool>("--dry-run") { Description = "Show the change and write nothing." };
        var verb = new Command("add", "Writes a peer into the configuration file, whose comments stay, after judging the whole.") { product, domain, edge, port, name, trust, dialback, inside, dry };
        verb.SetAction(parse => RunAdd(
            parse.GetValue(config)!, parse.GetValue(trust), parse.GetValue(dry), parse.GetValue(json),
            new PeerOrder(parse.GetValue(product)!, parse.GetValue(domain)!)
            {
                Host = parse.GetValue(edge)!,
                Port = parse.GetValue(port),
                Name = parse.GetValue(name),
                Dialback = parse.GetValue(dialback),
                PrivateTargets = parse.GetValue(inside),
            }));
        return verb;
    }

    private static Command Remove(Option<string> config, Option<bool> json)
    {
        var peer = new Argument<string>("peer") { Description = "Its name." };
        var dry = new Option<bool>("--dry-run") { Description = "Show the change and write nothing." };
        var verb = new Command("remove", "Takes a peer out of the configuration file, whose comments stay.") { peer, dry };
        verb.SetAction(parse => Tell(PeerEditor.Remove(parse.GetValue(config)!, parse.GetValue(peer)!, parse.GetValue(dry)), '-', parse.GetValue(json)));
        return verb;
    }

    private static int RunAdd(string file, string? trust, bool isDry, bool asJson, PeerOrder order)
    {
        if (!PeerRecord.IsXmpp(order.Product) && order.Host.Length == 0)
        {
            Output.Error($"--edge is missing: the host name of the {order.Product} edge or front end, as in its certificate");
            return ExitCodes.Usage;
        }

        var sets = ConfigurationFile.Read(file).Bound.Options.Certificates.Trust.Select(t => t.Name).ToList();
        var chosen = trust ?? (sets.Contains("default", StringComparer.Ordinal) ? "default" : sets is [var only] ? only : null);
        if (chosen is null && sets.Count > 1)
        {
            Output.Error($"--trust is missing; name one of: {string.Join(", ", sets)}");
            return ExitCodes.Usage;
        }

        return Tell(PeerEditor.Add(file, order with { Trust = chosen ?? "default" }, isDry), '+', asJson);
    }

    private static int Tell(PeerChange change, char sign, bool asJson)
    {
        var code = change.Faults.Count > 0 ? ExitCodes.ConfigurationFaults : change.Refusal.Length > 0 ? ExitCodes.FoundBad : ExitCodes.Good;
        if (asJson)
        {
            Output.Json(change);
            return code;
        }

        if (change.Faults.Count > 0)
        {
            Output.Error("nothing was written: the configuration would have faults");
            Output.Faults(change.File, change.Faults);
            return code;
        }

        if (change.Refusal.Length > 0)
        {
            Output.Error(change.Refusal);
            return code;
        }

        if (!change.IsChanged) Output.Line($"{change.File}: the peer {change.Peer} is there already; nothing to change");
        foreach (var line in change.IsChanged ? change.Lines : []) Output.Line($"{sign} {line}");
        foreach (var warning in change.Warnings) Output.Line($"warning: {warning}");
        if (change.IsWritten) Output.Line($"{change.File}: written; as it was: {change.Backup}");
        foreach (var step in change.NextSteps) Output.Line($"next: {step}");
        return code;
    }

    private static int RunList(string file, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);
        var rows = model.Federation.Peers.Select(Row).ToList();
        if (asJson) Output.Json(rows);
        else
            Output.Table("peers", ["peer", "protocol", "profile", "policy", "trust", "relaxations", "where", "domains"],
                rows.Select(r => new[] { r.Name, r.Protocol, r.Profile, r.Policy, r.Trust, string.Join(' ', r.Relaxations.Select(x => x.Split(':')[0])), Where(r), string.Join(", ", r.Domains) }));
        return ExitCodes.Good;
    }

    private static int RunShow(string file, string name, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);
        if (model.Federation.Peers.FirstOrDefault(p => p.Name == name) is not { } peer)
        {
            var refusal = $"no peer is named {name}; there is: {string.Join(", ", model.Federation.Peers.Select(p => p.Name))}";
            if (asJson) Output.Json(new { Peer = name, Refusal = refusal });
            else Output.Error(refusal);
            return ExitCodes.FoundBad;
        }

        var row = Row(peer);
        if (asJson) Output.Json(row);
        else
            Output.Table(name, ["what", "value"], new[]
            {
                new[] { "protocol, profile", $"{row.Protocol}, {row.Profile}" }, new[] { "policy", row.Policy }, new[] { "where", Where(row) }, new[] { "domains", string.Join(", ", row.Domains) },
                new[] { "its certificate names", row.TlsSubjects.Count == 0 ? "the domain" : string.Join(", ", row.TlsSubjects) }, new[] { "trust set", row.Trust },
                new[] { "relaxations", string.Join("; ", row.Relaxations) }, new[] { "limits of its own", string.Join("; ", row.Limits) },
            });
        return ExitCodes.Good;
    }

    private static string Where(PeerRow row) => row.Addresses.Count == 0 ? "found by DNS SRV" : string.Join(", ", row.Addresses);

    private static PeerRow Row(PeerModel peer) => new(peer.Name, peer.Protocol.ToString().ToLowerInvariant(), peer.Profile, peer.Policy.ToString().ToLowerInvariant())
    {
        Addresses = peer.Addresses,
        TlsSubjects = peer.TlsSubjects,
        Domains = [.. peer.FromDomains.Order(StringComparer.Ordinal)],
        Trust = peer.TrustSet,
        Relaxations = StatusBuilder.RelaxationsOf(peer),
        Limits = StatusBuilder.LimitsOf(peer),
    };

    /// <summary>One peer as <c>list</c> and <c>show</c> tell of it.</summary>
    internal sealed record PeerRow(string Name, string Protocol, string Profile, string Policy)
    {
        public IReadOnlyList<string> Addresses { get; init; } = [];

        public IReadOnlyList<string> TlsSubjects { get; init; } = [];

        public IReadOnlyList<string> Domains { get; init; } = [];

        public string Trust { get; init; } = "";

        public IReadOnlyList<string> Relaxations { get; init; } = [];

        public IReadOnlyList<string> Limits { get; init; } = [];
    }
}
