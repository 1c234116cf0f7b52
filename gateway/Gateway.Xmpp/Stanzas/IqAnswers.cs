using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Stanzas;

/// <summary>What we say to iq requests: ping (XEP-0199), disco (XEP-0030), version (XEP-0092); everything else is service-unavailable (RFC 6120 §8.2.3).</summary>
internal sealed class IqAnswers(XmppContext context)
{
    private static readonly XmlElement s_serverInfo = Info("gateway", "simple", Namespaces.DiscoInfo, Namespaces.DiscoItems, Namespaces.Ping, Namespaces.Version);
    private static readonly XmlElement s_deviceInfo = Info("client", "pc", Namespaces.DiscoInfo, Namespaces.Ping, Namespaces.ChatStates, Namespaces.Receipts, Namespaces.XhtmlIm);

    /// <summary>Answers one iq; results and errors ask nothing.</summary>
    public void Answer(FederatedPeer principal, Iq iq)
    {
        if (iq.Type is IqType.Result or IqType.Error) return;
        if (iq.Type == IqType.Unknown || iq.Id is null || iq.Payload is null)
        {
            context.Door.Refuse(principal, iq, StanzaError.Of(StanzaCondition.BadRequest));
            return;
        }
        if (iq.Type != IqType.Get || !TryAnswer(iq, iq.Payload, out var payload))
        {
            context.Door.Refuse(principal, iq, StanzaError.Of(StanzaCondition.ServiceUnavailable));
            return;
        }
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        new OutgoingIq(iq.To!.ToString(), iq.From!.ToString(), iq.Id, IqType.Result) { Payload = payload }.WriteTo(ref writer);
        writer.Flush();
        context.Links.Send(iq.To!.AsciiDomain, iq.From!.AsciiDomain, principal.Peer, output.WrittenSpan, null);
    }

    // Whether a user exists is no business of a stranger: bare addresses answer a ping, which the server does for any of them, and nothing else.
    private bool TryAnswer(Iq iq, XmlElement asked, out XmlElement? payload)
    {
        payload = null;
        if (asked.Is("ping", Namespaces.Ping)) return true;
        bool isServer = iq.To!.IsDomain;
        if (asked.Is("query", Namespaces.DiscoInfo) && asked.Attribute("node") is null && (isServer || iq.To.Resource == Mapping.Addresses.SipEndpoints.Default))
        {
            payload = isServer ? s_serverInfo : s_deviceInfo;
            return true;
        }
        if (!isServer) return false;
        if (asked.Is("query", Namespaces.DiscoItems)) payload = new XmlElement("query", Namespaces.DiscoItems);
        else if (asked.Is("query", Namespaces.Version)) payload = Version();
        return payload is not null;
    }

    private XmlElement Version()
    {
        var name = new XmlElement("name", Namespaces.Version, context.Options.ProductName);
        return context.Options.ProductVersion.Length == 0
            ? new XmlElement("query", Namespaces.Version, name)
            : new XmlElement("query", Namespaces.Version, name, new XmlElement("version", Namespaces.Version, context.Options.ProductVersion));
    }

    private static XmlElement Info(string category, string type, params string[] features)
    {
        var nodes = new List<XmlNode> { new XmlElement("identity", Namespaces.DiscoInfo, [new XmlAttribute("category", category), new XmlAttribute("type", type)], null) };
        foreach (string feature in features) nodes.Add(new XmlElement("feature", Namespaces.DiscoInfo, [new XmlAttribute("var", feature)], null));
        return new XmlElement("query", Namespaces.DiscoInfo, [.. nodes]);
    }
}
