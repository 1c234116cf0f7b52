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
        for (var i = 0; i < options.Peers.Count; i++)
            if (options.Peers[i].Limits.ConnectionsMax > limits.ConnectionsMax)
                faults.Add($"$.peers[{i}].limits.connectionsMax", "is larger than limits.connectionsMax of the appliance", $"{limits.ConnectionsMax} at most");
    }
}
