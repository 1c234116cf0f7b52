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
    public static Command Build(Option<string> config, Option<bool> json) => new("generate", "Print the other side's settings, ready to paste.")
    {
        Microsoft("lync", "Lync Server 2010 or 2013: Management Shell.", config, json, MicrosoftShell.Write),
        Microsoft("sfb", "Skype for Business Server 2015 or 2019: Management Shell.", config, json, MicrosoftShell.Write),
        Microsoft("ocs", "Office Communications Server 2007 R2: dialogs with their values.", config, json, (side, form, _, isUndo) => OcsSteps.Write(side, form, isUndo)),
        Xmpp("openfire", "Openfire: system properties.", config, json),
        Xmpp("prosody", "Prosody: a block for prosody.cfg.lua.", config, json),
        Xmpp("ejabberd", "ejabberd: lines for ejabberd.yml.", config, json),
    };

    private static Command Xmpp(string product, string description, Option<string> config, Option<bool> json)
    {
        var peer = new Argument<string?>("peer") { Description = "The XMPP peer; not needed when one has this profile, or there is one only.", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command(product, description) { peer };
        verb.SetAction(parse => GenerateXmppVerb.Run(parse.GetValue(config)!, product, parse.GetValue(peer), parse.GetValue(json)));
        return verb;
    }

    /// <summary>Finds the peer, by its name or as the only one of its protocol, and prints what <paramref name="write"/> makes of it.</summary>
    internal static int Run(string file, string product, string? name, Protocol protocol, bool asJson, Func<FarSide, string> write)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);
        var candidates = model.Federation.Peers.Where(p => p.Protocol == protocol && (name is null || p.Name == name)).ToList();
        if (candidates is not [var peer])
        {
            var known = string.Join(", ", model.Federation.Peers.Where(p => p.Protocol == protocol).Select(p => p.Name));
            Output.Error(candidates.Count == 0 ? $"no {protocol} peer {name}; there is: {(known.Length == 0 ? "none" : known)}" : $"several {protocol} peers; name one of: {known}");
            return ExitCodes.Usage;
        }

        return Tell(product, peer.Name, write(FarSide.Of(model, peer)), asJson);
    }

    /// <summary>The text as it is to be pasted, or in one JSON value with what it is for.</summary>
    internal static int Tell(string product, string peer, string text, bool asJson)
    {
        if (asJson) Output.Json(new { Product = product, Peer = peer, Text = text });
        else Console.Out.Write(text);
        return ExitCodes.Good;
    }

    private static Command Microsoft(string name, string description, Option<string> config, Option<bool> json, Func<FarSide, MicrosoftForm, MicrosoftPlace, bool, string> write)
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
        verb.SetAction(parse => Run(parse.GetValue(config)!, name, parse.GetValue(peer), Protocol.Sip, parse.GetValue(json), side => write(
            side, parse.GetValue(form) == "edge" ? MicrosoftForm.Edge : MicrosoftForm.FrontEnd,
            none with { Registrar = parse.GetValue(registrar)!, Site = parse.GetValue(site)!, Pool = parse.GetValue(pool)! }, parse.GetValue(undo))));
        return verb;
    }
}
