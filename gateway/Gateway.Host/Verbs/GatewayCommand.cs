using System.CommandLine;
using System.Text.Json;
using Gateway.Admin.Reports;
using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary>The command line of the executable: one tree of verbs, with the two options all of them share.</summary>
public static class GatewayCommand
{
    private static readonly Option<string> Config = new("--config", "-c")
    {
        Description = "The configuration file.", DefaultValueFactory = _ => ConfigurationFile.DefaultName, Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON.", Recursive = true };

    private static readonly Option<string?> Socket = new("--socket") { Description = "The administration socket, instead of the one the configuration names." };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var parse = Build().Parse(arguments);

        try
        {
            // The library would end the process two seconds after SIGTERM; the host below us listens to signals and drains as long as it was allowed to.
            var code = await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
            return parse.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or HttpRequestException or TaskCanceledException or JsonException)
        {
            // What a disk, a socket or an appliance of another version can do is no reason to show an operator our insides.
            Output.Error($"gateway: {(fault is JsonException ? "the gateway that answers is of another version: use its own executable" : fault.Message)}");
            return ExitCodes.Failed;
        }
    }

    private static RootCommand Build()
    {
        var root = new RootCommand("Federation between Microsoft SIP systems and XMPP servers.")
        {
            Run(), Status(), Connections(), Domains(), Presence(), Trace(), Log(), Reload(),
            Streams(), Doctor(), ConfigVerbs(), Certs(), Route(), PeerVerbs.Build(Config, Json), GenerateVerb.Build(Config, Json), Docs(),
        };
        root.Options.Add(Config);
        root.Options.Add(Json);
        return root;
    }

    private static Command Run()
    {
        var verb = new Command("run", "Start the appliance; SIGTERM drains and stops it, SIGHUP reloads.");
        verb.SetAction((parse, cancellation) => RunVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command Status()
    {
        var verb = new Command("status", "Show the running appliance: listeners, peers, domains, refusals, certificates, engine.") { Socket };
        verb.SetAction((parse, cancellation) => StatusVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command Connections()
    {
        var peer = new Argument<string?>("PEER") { Description = "The peer; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var isIn = new Option<bool>("--in") { Description = "Only those the peers made." };
        var isOut = new Option<bool>("--out") { Description = "Only those we made." };
        var details = new Option<bool>("--details") { Description = "All about each connection instead of one line." };
        var verb = new Command("connections", "Show what stands between us and the peers: domains, proof, TLS, counts, queues.") { peer, isIn, isOut, details, Socket };
        verb.SetAction((parse, cancellation) =>
        {
            var direction = (parse.GetValue(isIn), parse.GetValue(isOut)) switch { (true, false) => "in", (false, true) => "out", _ => "" };
            return ConnectionsVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(peer), direction, parse.GetValue(details), parse.GetValue(Json), cancellation);
        });
        return verb;
    }

    private static Command Trace()
    {
        var subject = new Argument<string>("PEER|DOMAIN|NUMBER") { Description = "The peer's name, a domain, or the number of one connection as `connections` shows it." };
        var seconds = new Option<int>("--seconds") { Description = "End after so many seconds; else with Ctrl-C, at the latest after a day." };
        var file = new Option<string?>("--out") { Description = "Write to this file, readable for its owner only, instead of the screen." };
        var megabytes = new Option<int>("--megabytes") { Description = "End when the file has this size.", DefaultValueFactory = _ => 100 };
        var bodies = new Option<bool>("--bodies") { Description = "Show the texts of users too. Secrets are never shown." };
        var verb = new Command("trace", "Follow message by message what crosses with a peer.") { subject, seconds, file, megabytes, bodies, Socket };
        verb.SetAction((parse, cancellation) => TraceVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Socket), new TraceVerb.Wish(
            parse.GetValue(subject)!, parse.GetValue(seconds), parse.GetValue(file), parse.GetValue(megabytes), parse.GetValue(bodies), parse.GetValue(Json)), cancellation));
        return verb;
    }

    private static Command Domains()
    {
        var verb = new Command("domains", "Show the domains, through whom they are reached, and how many of their users are known.") { Socket };
        verb.SetAction((parse, cancellation) => DomainsVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command Presence()
    {
        var watcher = new Argument<string>("WATCHER") { Description = "Who watches: user@domain." };
        var presentity = new Argument<string>("PRESENTITY") { Description = "Who is watched: user@domain." };
        var repair = new Command("repair", "Ask a user's home anew for a subscription that stands here and is forgotten there.") { watcher, presentity, Socket };
        repair.SetAction((parse, cancellation) => RepairVerb.RunAsync(
            parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(watcher)!, parse.GetValue(presentity)!, parse.GetValue(Json), cancellation));
        return new Command("presence", "Presence subscriptions.") { repair };
    }

    private static Command Log()
    {
        var level = new Argument<string?>("LEVEL")
        {
            Description = "trace, debug, information, warning, error, or default to take back what was set; shown when left out.", Arity = ArgumentArity.ZeroOrOne,
        };
        var room = new Option<string?>("--room") { Description = "Only this room: sip, xmpp, engine, transport, refusals, federation, host." };
        var seconds = new Option<int>("--seconds") { Description = "Fall back after so many seconds; else it holds until the next start." };
        var verb = new Command("log", "Show or change how much the running appliance logs.") { level, room, seconds, Socket };
        verb.SetAction((parse, cancellation) => LogVerb.RunAsync(
            parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(level), parse.GetValue(room), parse.GetValue(seconds), parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command Reload()
    {
        var verb = new Command("reload", "Make the running appliance read its configuration and certificates again.") { Socket };
        verb.SetAction((parse, cancellation) => ReloadVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command Streams()
    {
        var domain = new Argument<string?>("DOMAIN") { Description = "The domain; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var forget = new Command("forget", "Try a domain that could not be reached again at once.") { domain, Socket };
        forget.SetAction((parse, cancellation) =>
            StreamsVerb.ForgetAsync(parse.GetValue(Config)!, parse.GetValue(Socket), parse.GetValue(domain), parse.GetValue(Json), cancellation));
        return new Command("streams", "Streams with XMPP servers.") { forget };
    }

    private static Command Doctor()
    {
        var peer = new Argument<string?>("peer") { Description = "Check this peer only.", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command("doctor", "Check each hop to each peer and say what to change; works with and without a running appliance.") { peer };
        verb.SetAction((parse, cancellation) => DoctorVerb.RunAsync(parse.GetValue(Config)!, parse.GetValue(peer), parse.GetValue(Json), cancellation));
        return verb;
    }

    private static Command ConfigVerbs()
    {
        var check = new Command("check", "Say everything that is wrong with the configuration.");
        check.SetAction(parse => ConfigVerb.Check(parse.GetValue(Config)!, parse.GetValue(Json)));
        var schema = new Command("schema", "Print the JSON schema of the configuration.");
        schema.SetAction(_ => ConfigVerb.Schema());
        return new Command("config", "Check and describe the configuration.") { check, schema };
    }

    private static Command Certs()
    {
        var directory = new Option<string>("--directory", "-d") { Description = "Where to write.", DefaultValueFactory = _ => "run/certs" };
        var issue = new Option<string[]>("--issue")
        {
            Description = "Also make NAME=dns1,dns2 (both usages), or NAME=server:dns1,dns2 (serverAuth only, as real edges have).", AllowMultipleArgumentsPerToken = false,
        };
        var lab = new Command("lab", "Make a laboratory authority and the certificates of the default configuration. Never for a real peer.") { directory, issue };
        lab.SetAction(parse => CertsLabVerb.Run(parse.GetValue(directory)!, parse.GetValue(issue) ?? [], parse.GetValue(Json)));
        return new Command("certs", "Certificates.") { lab };
    }

    private static Command Route()
    {
        var from = new Argument<string>("from") { Description = "user@domain or domain." };
        var to = new Argument<string>("to") { Description = "user@domain or domain." };
        var method = new Option<string?>("--method") { Description = "SIP method of what crosses; a message when left out." };
        var package = new Option<string?>("--event") { Description = "Event package: presence." };
        var source = new Option<string?>("--source") { Description = "The peer it comes from; when left out, the one that speaks for the sender's domain." };
        var explain = new Command("explain", "Say what would become of something from one address to another, step by step, and which rule or route decides.") { from, to, method, package, source };
        explain.SetAction((parse, cancellation) => RouteExplainVerb.RunAsync(
            parse.GetValue(Config)!,
            new ExplainQuestion(parse.GetValue(from)!, parse.GetValue(to)!) { Method = parse.GetValue(method), Event = parse.GetValue(package), Source = parse.GetValue(source) },
            parse.GetValue(Json), cancellation));
        return new Command("route", "Routes.") { explain };
    }

    private static Command Docs()
    {
        var directory = new Argument<string>("directory") { Description = "Usually docs." };
        var write = new Command("write", "Write the generated pages: reasons, metrics, settings, conformance.") { directory };
        write.SetAction((parse, _) => DocsVerb.WriteAsync(parse.GetValue(directory)!));
        return new Command("docs", "Generated documentation.") { write };
    }
}
