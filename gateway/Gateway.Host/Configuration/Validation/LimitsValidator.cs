using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Relations between limits: a bad combination fails at start, before traffic finds it.</summary>
public sealed class LimitsValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var limits = options.Limits;
        if (limits.SipHeadBytesMax + limits.SipBodyBytesMax >= limits.UnsentBytesMaxPerConnection)
            faults.Add("$.limits.unsentBytesMaxPerConnection", "the largest SIP message does not fit an empty send queue", "more than sipHeadBytesMax + sipBodyBytesMax");
        if (limits.StanzaBytesMax >= limits.UnsentBytesMaxPerConnection)
            faults.Add("$.limits.unsentBytesMaxPerConnection", "the largest stanza does not fit an empty send queue", "more than stanzaBytesMax");
        if (limits.ConnectionsPerAddressMax > limits.ConnectionsMax) faults.Add("$.limits.connectionsPerAddressMax", "is larger than connectionsMax", $"{limits.ConnectionsMax} at most");
        if (options.Presence.ExpiresMin >= options.Presence.Expires) faults.Add("$.presence.expiresMin", "must be less than expires", $"{options.Presence.Expires - 1} at most");
        if (options.Store.Sqlite.Length == 0) faults.Add("$.store.sqlite", "is empty", "run/gateway.db");
        for (var i = 0; i < options.Peers.Count; i++) CheckStanzas(options.Peers[i].Limits, limits, $"$.peers[{i}].limits", faults);
        CheckStanzas(options.Discovery.Xmpp.Limits, limits, "$.discovery.xmpp.limits", faults);
        for (var i = 0; i < options.Peers.Count; i++)
            if (options.Peers[i].Limits.ConnectionsMax > limits.ConnectionsMax)
                faults.Add($"$.peers[{i}].limits.connectionsMax", "is larger than limits.connectionsMax of the appliance", $"{limits.ConnectionsMax} at most");
    }

    // A peer may be bound tighter than everybody, never wider, and never below what RFC 6120 §13.12 demands.
    private static void CheckStanzas(PeerLimitOptions peer, LimitsOptions all, string path, FaultList faults)
    {
        if (peer.StanzaBytesMax != 0 && (peer.StanzaBytesMax < 10_000 || peer.StanzaBytesMax > all.StanzaBytesMax))
            faults.Add($"{path}.stanzaBytesMax", $"{peer.StanzaBytesMax} is out of range", $"0, or 10000 (RFC 6120 §13.12) to {all.StanzaBytesMax}");
        Check(peer.StanzaDepthMax, 4, all.StanzaDepthMax, $"{path}.stanzaDepthMax", faults);
        Check(peer.StanzaAttributesMax, 8, all.StanzaAttributesMax, $"{path}.stanzaAttributesMax", faults);
        Check(peer.StanzaElementsMax, 16, all.StanzaElementsMax, $"{path}.stanzaElementsMax", faults);
        Check(peer.StanzaNameBytesMax, 64, all.StanzaNameBytesMax, $"{path}.stanzaNameBytesMax", faults);
    }

    private static void Check(int value, int min, int max, string path, FaultList faults)
    {
        if (value != 0 && (value < min || value > max)) faults.Add(path, $"{value} is out of range", $"0, or {min} to {max}");
    }
}
