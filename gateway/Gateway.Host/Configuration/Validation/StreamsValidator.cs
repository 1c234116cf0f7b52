using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Streams with XMPP servers: who may see the list of connections is an address.</summary>
public sealed class StreamsValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        for (var i = 0; i < options.Xmpp.ConnectionsShownTo.Count; i++)
        {
            var address = options.Xmpp.ConnectionsShownTo[i];
            if (!DomainText.IsUser(address)) faults.Add($"$.xmpp.connectionsShownTo[{i}]", $"\"{address}\" is not user@domain", "for example admin@jabber.example");
        }
    }
}
