namespace Gateway.Sip.Protocol.Wire;

/// <summary>Reason phrases of a 400: RFC 3261 §21.4.1 wants the fault named, not "Bad Request".</summary>
public static class FaultPhrases
{
    private static readonly (SipHeaderId Id, string Name)[] _mandatory =
    [
        (SipHeaderId.Via, "Via"), (SipHeaderId.From, "From"), (SipHeaderId.To, "To"), (SipHeaderId.CallId, "Call-ID"), (SipHeaderId.CSeq, "CSeq"),
    ];

    /// <summary>The phrase for a message that was rejected with <paramref name="reason"/>; null where the status says it all.</summary>
    public static string? Of(SipReason reason, SipMessage message) => reason switch
    {
        SipReason.HeaderMissing => $"Missing {Names(h => !message.Has(h))} Header Field",
        SipReason.HeaderDuplicated => $"Repeated {Names(h => h != SipHeaderId.Via && message.Count(h) > 1)} Header Field",
        SipReason.HeaderLineInvalid => "Unreadable Header Line",
        SipReason.HeadNotUtf8 => "Header Fields Are Not UTF-8",
        SipReason.HeadersTooMany => "Too Many Header Fields",
        SipReason.HeaderTooLarge => "Header Field Too Long",
        SipReason.StartLineInvalid => "Unreadable Request Line",
        SipReason.ViaInvalid => "Unreadable Via Header Field",
        SipReason.ViaTooMany => "Too Many Via Header Fields",
        SipReason.FromInvalid => "Unreadable From Header Field",
        SipReason.ToInvalid => "Unreadable To Header Field",
        SipReason.CallIdInvalid => "Unreadable Call-ID Header Field",
        SipReason.CSeqInvalid => "Unreadable CSeq Header Field",
        SipReason.CSeqMethodMismatch => "CSeq Names Another Method",
        SipReason.MaxForwardsInvalid => "Unreadable Max-Forwards Header Field",
        SipReason.ContactInvalid => "Missing Or Unreadable Contact Header Field",
        SipReason.RouteInvalid => "Unreadable Route Or Record-Route Header Field",
        SipReason.ExpiresInvalid => "Unreadable Expires Header Field",
        SipReason.RequestUriInvalid => "Unreadable Request-URI",
        SipReason.BodyTruncated => "Body Shorter Than Content-Length",
        _ => null,
    };

    private static string Names(Func<SipHeaderId, bool> isMeant)
    {
        var names = string.Join(" and ", _mandatory.Where(h => isMeant(h.Id)).Select(h => h.Name));
        return names.Length == 0 ? "Max-Forwards" : names;
    }
}
