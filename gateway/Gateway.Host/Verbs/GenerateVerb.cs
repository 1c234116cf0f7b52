using System.CommandLine;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration;
using Gateway.Host.Generate;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway generate SYSTEM [peer]</c>: the other side's settings, ready to paste, from the configuration in the file.</summary>
internal static class GenerateVerb
{
    /// <summary>The whole group of verbs.</summary>
    public static Command Build(Option<string> config) => new("generate", "Print the other side's settings, ready to paste.")
    {
        Microsoft("lync", "Lync Server 2010 or 2013: Management Shell.", config, MicrosoftShell.Write),
        Microsoft("sfb", "Skype for Business Server 2015 or 2019: Management Shell.", config, MicrosoftShell.Write),
        Microsoft("ocs", "Office Communications Server 2007 R2: dialogs with their values.", config, (side, form, _, isUndo) => OcsSteps.Write(side, form, isUndo)),
        Xmpp("openfire", "Openfire: system properties.", config),
        Xmpp("prosody", "Prosody: a block for prosody.cfg.lua.", config),
        Xmpp("ejabberd", "ejabberd: lines for ejabberd.yml.", config),
    };

    private static Command Xmpp(string product, string description, Option<string> config)
    {
        var peer = new Argument<string?>("peer") { Description = "The XMPP peer; not needed when one has this profile, or there is one only.", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command(product, description) { peer };
        verb.SetAction(parse => GenerateXmppVerb.Run(parse.GetValue(config)!, product, parse.GetValue(peer)));
        return verb;
    }

    /// <summary>Finds the peer, by its name or as the only one of its protocol, and prints what <paramref name="write"/> makes of it.</summary>
    internal static int Run(string file, string? name, Protocol protocol, Func<FarSide, string> write)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson: false);
        var candidates = model.Federation.Peers.Where(p => p.Protocol == protocol && (name is null || p.Name == name)).ToList();
        if (candidates is not [var peer])
        {
            var known = string.Join(", ", model.Federation.Peers.Where(p => p.Protocol == protocol).Select(p => p.Name));
            Output.Error(candidates.Count == 0 ? $"no {protocol} peer {name}; there is: {(known.Length == 0 ? "none" : known)}" : $"several {protocol} peers; name one of: {known}");
            return ExitCodes.Usage;
        }

        Console.Out.Write(write(FarSide.Of(model, peer)));
        return ExitCodes.Good;
    }

    private static Command Microsoft(string name, string description, Option<string> config, Func<FarSide, MicrosoftForm, MicrosoftPlace, bool, string> write)
    {
        var peer = new Argument<string?>("peer") { Description = "The SIP peer; not needed when there is one.", Arity = ArgumentArity.ZeroOrOne };
        var form = new Option<string>("--form") { Description = "edge: a federated partner. front-end: a trusted application with static routes.", DefaultValueFactory = _ => "edge" };
        form.AcceptOnlyFromAmong("edge", "front-end");
        var undo = new Option<bool>("--undo") { Description = "What takes it back." };
        var none = new MicrosoftPlace();
        var registrar = new Option<string>("--registrar") { Description = "Front end pool (Get-CsPool).", DefaultValueFactory = _ => none.Registrar };
        var site = new Option<string>("--site") { Description = "Number of the site (Get-CsSite).", DefaultValueFactory = _ => none.Site };
        var pool = new Option<string>("--pool") { Description = "FQDN of the trusted application pool to make.", DefaultValueFactory = _ => none.Pool };
        var verb = new Command(name, description) { peer, form, undo, registrar, site, pool };
        verb.SetAction(parse => Run(parse.GetValue(config)!, parse.GetValue(peer), Protocol.Sip, side => write(
            side, parse.GetValue(form) == "edge" ? MicrosoftForm.Edge : MicrosoftForm.FrontEnd,
            none with { Registrar = parse.GetValue(registrar)!, Site = parse.GetValue(site)!, Pool = parse.GetValue(pool)! }, parse.GetValue(undo))));
        return verb;
    }
}
