namespace Gateway.Host.Reasons;

/// <summary>One reason in full: its public name, what a SIP and an XMPP peer are answered, what it means, what to do.</summary>
public sealed record ReasonRow(string Name, string Sip, string Xmpp, string Text, string NextStep);

/// <summary>
/// Every member of every room's closed reason enum: the source of <c>docs/reasons.md</c> and of the next step that <c>status</c> shows. A test forbids a missing row.
/// </summary>
public static class ReasonTable
{
    /// <summary>The rooms' enums; the public name of a member is the room's word and the member.</summary>
    public static IReadOnlyList<(string Room, Type Reasons)> Rooms { get; } =
    [
        ("federation", typeof(Federation.FederationReason)),
        ("presence", typeof(Presence.Core.Model.PresenceReason)),
        ("certificates", typeof(Certificates.CertificateReason)),
        ("transport", typeof(Transport.TransportReason)),
        ("sip", typeof(Sip.Protocol.SipReason)),
        ("xmpp", typeof(Xmpp.Protocol.XmppReason)),
        ("engine", typeof(Presence.Engine.EngineReason)),
        ("mapping", typeof(Mapping.MappingReason)),
    ];

    private static readonly Dictionary<string, ReasonRow> ByName =
        FederationRows.All.Concat(CertificateRows.All).Concat(TransportRows.All).Concat(SipRows.All).Concat(XmppRows.All).Concat(MappingRows.All).Concat(EngineRows.All)
            .ToDictionary(r => r.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<ReasonRow> All => ByName.Values;

    public static ReasonRow? Find(string reason) => ByName.GetValueOrDefault(reason);

    public static string NextStepOf(string reason) => Find(reason)?.NextStep ?? "";
}
