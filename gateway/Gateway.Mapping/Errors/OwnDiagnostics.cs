using System.Collections.Frozen;

namespace Gateway.Mapping.Errors;

/// <summary>
/// Our numbers in <c>ms-diagnostics-public</c>, one for each reason that a SIP peer is told: outside every range that Microsoft has given away (field fact A9). A number is forever: new
/// reasons are appended to their room, and one that is no more keeps its place. What has no number of its own is told with its room's, which ends in 00.
/// </summary>
public static class OwnDiagnostics
{
    /// <summary>A reason of no known room.</summary>
    public const int Other = 65_000;

    private static readonly Dictionary<string, Room> Rooms = new(StringComparer.Ordinal)
    {
        ["federation"] = new(65100,
        [
            "UnknownPeer", "PeerNotProved", "FromDomainNotAllowed", "UnknownDomain", "DomainBlocked", "DomainPairNotAllowed", "NoRoute", "Loop", "UserBlocked", "RateExceeded",
            "Overloaded", "LinkUnavailable", "QueueFull", "Draining", "InternalError", "OutgoingFromDenied", "OutgoingToDenied", "IncomingFromDenied", "IncomingToDenied", "UserUnknown",
        ]),
        ["presence"] = new(65200,
        [
            "Rejected", "NoSuchPresentity", "Expired", "LegLost", "Deactivated", "LimitReached", "LegTooLarge", "Busy", "StoreUnavailable", "UnknownWatcher", "Blocked",
            "ExpiresTooBrief",
        ]),
        ["certificates"] = new(65300,
        [
            "NoCertificate", "UnknownCa", "SelfSigned", "Expired", "NotYetValid", "WrongName", "WrongUsage", "WeakKey", "WeakSignature", "ChainInvalid", "Revoked",
        ]),
        ["transport"] = new(65400,
        [
            "ConnectRefused", "ConnectTimeout", "Unreachable", "TargetForbidden", "TargetEmpty", "DnsNotFound", "DnsServiceDenied", "DnsServerFailed", "DnsTimeout", "DnsBogus",
            "DnsNameInvalid",
        ]),
        ["sip"] = new(65500,
        [
            "HeadTooLarge", "BodyTooLarge", "ContentLengthMissing", "ContentLengthInvalid", "ContentLengthConflict", "StartLineInvalid", "VersionNotSupported", "HeadNotUtf8",
            "HeaderLineInvalid", "HeadersTooMany", "HeaderTooLarge", "HeaderMissing", "HeaderDuplicated", "ViaInvalid", "ViaTooMany", "FromInvalid", "ToInvalid", "CallIdInvalid",
            "CSeqInvalid", "CSeqMethodMismatch", "MaxForwardsInvalid", "ContactInvalid", "RouteInvalid", "ExpiresInvalid", "RequestUriInvalid", "RequestUriSchemeUnsupported",
            "DateInvalid", "BodyTruncated", "MethodNotAllowed", "TooManyHops", "LoopDetected", "MergedRequest", "ExtensionUnsupported", "EventUnknown", "AcceptUnsupported",
            "BodyTypeUnsupported", "ExpiresTooBrief", "WatchersTooMany", "DialogSharingRefused", "EventInvalid", "DialogUnknown", "DialogNotOwned", "CSeqOutOfOrder",
            "TransactionUnknown", "RequestPending", "SessionNotAcceptable", "MultipartyRefused", "AudioVideoRefused", "FileTransferRefused", "ConferenceRefused", "Overloaded",
            "Cancelled", "Glare", "StaleCSeq", "QueueFull", "MessageTooLarge", "ShuttingDown", "MethodUnknown", "EncodingUnsupported",
        ]),
        ["xmpp"] = new(65700,
        [
            "RemoteServerNotFound", "RemoteServerTimeout", "ConnectFailed", "NegotiationTimeout", "ConnectionLost", "PeerStreamError", "PeerNotServing", "RedirectRefused",
            "SystemShutdown", "QueueFull", "QueueTimeout", "InternalError", "StanzaTimeout", "HandledTooMany",
        ]),
        ["mapping"] = new(65900,
        [
            "UriMalformed", "UriSchemeUnsupported", "UriSipsForbidden", "LocalPartInvalid", "DomainInvalid", "BodyTypeUnsupported", "BodyMalformed", "BodyTooLarge",
            "DocumentMalformed", "DocumentTooLarge", "DocumentTypeForbidden", "GroupChatUnsupported",
        ]),
    };

    private static readonly FrozenDictionary<string, int> Numbers = Rooms
        .SelectMany(r => r.Value.Reasons.Select((name, i) => (Name: $"{r.Key}.{name}", Number: r.Value.First + 1 + i)))
        .ToFrozenDictionary(t => t.Name, t => t.Number, StringComparer.Ordinal);

    /// <summary>Every public name that has a number of its own.</summary>
    public static IReadOnlyDictionary<string, int> All => Numbers;

    /// <summary>The number of a reason by its public name.</summary>
    public static int NumberOf(string reason)
    {
        if (Numbers.TryGetValue(reason, out var number)) return number;
        var dot = reason.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && Rooms.TryGetValue(reason[..dot], out var room) ? room.First : Other;
    }

    private sealed record Room(int First, string[] Reasons);
}
