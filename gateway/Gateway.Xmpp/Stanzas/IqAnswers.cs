using System.Globalization;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// What we say to iq requests: ping (XEP-0199), disco (XEP-0030), version (XEP-0092), time (XEP-0202), vCard (XEP-0054); everything else is service-unavailable. Each request is answered exactly
/// once (RFC 6120 §8.2.3); results and errors ask nothing and do not come here.
/// </summary>
internal sealed class IqAnswers(XmppContext context)
{
    private static readonly string[] s_serverFeatures = [Namespaces.DiscoInfo, Namespaces.DiscoItems, Namespaces.Ping, Namespaces.Version, Namespaces.Time];
    private static readonly XmlElement s_accountInfo = Info([("account", "registered")], [Namespaces.DiscoInfo, Namespaces.DiscoItems, Namespaces.Ping, Namespaces.VCard]);
    private static readonly XmlElement s_noItems = new("query", Namespaces.DiscoItems);

    private readonly XmlElement _serverInfo =
        Info([("gateway", "simple"), ("server", "im")], context.Options.Multicast.IsOn ? [.. s_serverFeatures, Namespaces.Addresses] : s_serverFeatures);

    private const string InboundNode = "-inbound";
    private const string OutboundNode = "-outbound";

    private readonly record struct Reply(XmlElement? Payload, StanzaError? Error)
    {
        public static Reply Empty => default;

        public static Reply Refused(StanzaCondition condition) => new(null, StanzaError.Of(condition));

        public static implicit operator Reply(XmlElement payload) => new(payload, null);
    }

    /// <summary>Answers one iq that asks; its ticket is finished when the answer has left.</summary>
    public async Task AnswerAsync(FederatedPeer principal, Iq iq, StanzaTicket ticket)
    {
        Reply reply;
        try
        {
            reply = await ReplyAsync(principal, iq);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("an iq stanza", bug);
            reply = Reply.Refused(StanzaCondition.InternalServerError);
        }
        if (reply.Error is { } error) context.Door.Refuse(principal, iq, error, ticket);
        else Send(principal, iq, reply.Payload, ticket);
    }

    private async ValueTask<Reply> ReplyAsync(FederatedPeer principal, Iq iq)
    {
        var reason = context.Crossing.Judge(principal, Federation.Protocol.Xmpp, iq.To!.AsciiDomain);
        if (reason != FederationReason.None) return new Reply(null, XmppErrors.ToStanzaError(FederationReasons.FailureOf(reason)));

        // RFC 6120 §8.2.3: get and set have an id and exactly one child.
        if (iq.Type == IqType.Unknown || iq.Id is null || !HasOneChild(iq.Element)) return Reply.Refused(StanzaCondition.BadRequest);
        var asked = iq.Payload!;
        if (iq.Type == IqType.Set) return Reply.Refused(asked.Is("vCard", Namespaces.VCard) ? StanzaCondition.NotAllowed : StanzaCondition.ServiceUnavailable);
        // One presence session per SIP user is all that we show; other resources do not exist (RFC 6121 §8.5.3.2.3).
        bool isDevice = iq.To.Resource == SipEndpoints.Default && iq.To.Local is not null;
        if (iq.To.Resource is not null && !isDevice) return Reply.Refused(StanzaCondition.ServiceUnavailable);
        if (asked.Is("query", Namespaces.DiscoInfo)) return await InfoAsync(iq, asked.Attribute("node"), isDevice);
        if (asked.Is("query", Namespaces.DiscoItems)) return await ItemsAsync(iq, asked.Attribute("node"), isDevice);
        if (asked.Is("ping", Namespaces.Ping)) return await PingAsync(iq);
        bool isBare = iq.To.Local is not null && !isDevice;
        if (asked.Is("vCard", Namespaces.VCard) && isBare) return VCard(iq);
        if (isBare) return Reply.Refused(StanzaCondition.ServiceUnavailable);
        if (asked.Is("query", Namespaces.Version)) return Version();
        return asked.Is("time", Namespaces.Time) ? Time() : Reply.Refused(StanzaCondition.ServiceUnavailable);
    }

    private async ValueTask<Reply> InfoAsync(Iq iq, string? node, bool isDevice)
    {
        if (iq.To!.IsDomain) return node is null ? _serverInfo : Reply.Refused(StanzaCondition.ItemNotFound);
        if (isDevice) return DeviceFeatures.InfoOf(node) is { } info ? info : Reply.Refused(StanzaCondition.ItemNotFound);

        // XEP-0030 §8: whether a user exists is told to those only whom the user lets see presence.
        if (!await IsGrantedAsync(iq)) return Reply.Refused(StanzaCondition.ServiceUnavailable);
        return node is null ? s_accountInfo : Reply.Refused(StanzaCondition.ItemNotFound);
    }

    // XEP-0199 §7: who may not see presence hears of every user what he hears of those who are none.
    private async ValueTask<Reply> PingAsync(Iq iq) => iq.To!.Local is null || await IsGrantedAsync(iq) ? Reply.Empty : Reply.Refused(StanzaCondition.ServiceUnavailable);

    private async ValueTask<Reply> ItemsAsync(Iq iq, string? node, bool isDevice)
    {
        if (!iq.To!.IsDomain && !isDevice && !await IsGrantedAsync(iq)) return Reply.Refused(StanzaCondition.ServiceUnavailable);
        if (iq.To.IsDomain && context.Options.ConnectionsShownTo.Count > 0) return ConnectionItems(iq, node);
        if (node is not null) return Reply.Refused(StanzaCondition.ItemNotFound);
        return s_noItems;
    }

    // PS-131: the connected hosts of each direction, for those the operator names (PS-130); to anybody else the nodes are closed.
    private Reply ConnectionItems(Iq iq, string? node)
    {
        bool isShown = context.Options.ConnectionsShownTo.Contains(iq.From!.Bare.ToString(), StringComparer.Ordinal);
        string domain = iq.To!.Domain;
        switch (node)
        {
            case null:
                return isShown ? Items([(domain, InboundNode, "Inbound Connections"), (domain, OutboundNode, "Outbound Connections")]) : s_noItems;
            case InboundNode or OutboundNode when !isShown:
                return Reply.Refused(StanzaCondition.Forbidden);
            case InboundNode or OutboundNode:
                bool isInbound = node == InboundNode;
                var hosts = context.Streams.All.Where(stream => stream.IsInbound == isInbound && stream.IsEstablished)
                    .SelectMany(stream => stream.Snapshot().RemoteDomain.Split(',')).Distinct().Order(StringComparer.Ordinal);
                return Items(hosts.Select(host => (host, "", "")));
            default:
                return Reply.Refused(StanzaCondition.ItemNotFound);
        }
    }

    private static XmlElement Items(IEnumerable<(string Jid, string Node, string Name)> items) => new("query", Namespaces.DiscoItems,
    [
        .. items.Select(item => (XmlNode)new XmlElement("item", Namespaces.DiscoItems,
            item.Node.Length == 0 ? [new XmlAttribute("jid", item.Jid)] : [new XmlAttribute("jid", item.Jid), new XmlAttribute("node", item.Node), new XmlAttribute("name", item.Name)], null)),
    ]);

    private async ValueTask<bool> IsGrantedAsync(Iq iq)
    {
        if (!XmppAddresses.TryRead(iq.To!, out var user) || !XmppAddresses.TryRead(iq.From!, out var asker)) return false;
        return await context.Crossing.FindAsync(user, asker, CancellationToken.None) is { Authorization: AuthorizationPhase.Granted };
    }

    // The address is all that a gateway knows of a SIP user, and whoever asks has written it: the same for users who exist and who do not.
    private static XmlElement VCard(Iq iq)
    {
        string address = iq.To!.Bare.ToString();
        return new XmlElement("vCard", Namespaces.VCard, new XmlElement("FN", Namespaces.VCard, address), new XmlElement("JABBERID", Namespaces.VCard, address));
    }

    private XmlElement Version()
    {
        var name = new XmlElement("name", Namespaces.Version, context.Options.ProductName);
        return context.Options.ProductVersion.Length == 0
            ? new XmlElement("query", Namespaces.Version, name)
            : new XmlElement("query", Namespaces.Version, name, new XmlElement("version", Namespaces.Version, context.Options.ProductVersion));
    }

    private XmlElement Time()
    {
        string now = context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new XmlElement("time", Namespaces.Time, new XmlElement("tzo", Namespaces.Time, "+00:00"), new XmlElement("utc", Namespaces.Time, now));
    }

    private void Send(FederatedPeer principal, Iq iq, XmlElement? payload, StanzaTicket ticket)
    {
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        new OutgoingIq(iq.To!.ToString(), iq.From!.ToString(), iq.Id!, IqType.Result) { Payload = payload }.WriteTo(ref writer);
        writer.Flush();
        context.Links.Send(iq.To!.AsciiDomain, iq.From!.AsciiDomain, principal.Peer, output.WrittenSpan, ticket.Receipt);
    }

    private static bool HasOneChild(XmlElement element)
    {
        int count = 0;
        foreach (var unused in element.Children) count++;
        return count == 1;
    }

    private static XmlElement Info((string Category, string Type)[] identities, string[] features)
    {
        var nodes = new List<XmlNode>();
        foreach (var (category, type) in identities)
            nodes.Add(new XmlElement("identity", Namespaces.DiscoInfo, [new XmlAttribute("category", category), new XmlAttribute("type", type)], null));
        foreach (string feature in features) nodes.Add(new XmlElement("feature", Namespaces.DiscoInfo, [new XmlAttribute("var", feature)], null));
        return new XmlElement("query", Namespaces.DiscoInfo, [.. nodes]);
    }
}
