using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Host.Generate;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway generate openfire|prosody|ejabberd [peer]</c>: settings and DNS records for the administrator of an XMPP server.</summary>
internal static class GenerateXmppVerb
{
    public static int Run(string file, string product, string? name, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);

        var peers = model.Federation.Peers.Where(p => p.Protocol == Protocol.Xmpp).ToList();
        var chosen = name is null ? peers.Where(p => p.Profile == product).ToList() : peers.Where(p => p.Name == name).ToList();
        if (name is null && chosen.Count == 0 && peers.Count == 1) chosen = peers;
        if (chosen is not [var peer])
        {
            Output.Error($"which XMPP peer is {product}? Name one of: {string.Join(", ", peers.Select(p => p.Name))}");
            return ExitCodes.Usage;
        }

        return GenerateVerb.Tell(product, peer.Name, FarSettings.Write(product, Partnership.Of(model, peer)), asJson);
    }
}
