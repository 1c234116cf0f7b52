namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// What every message must have before a machine may see it (RFC 3261 §8.1.1, §8.2, §20): the mandatory headers, once and readable.
/// Max-Forwards may be absent (RFC 2543 peers); a top Via without branch is legal history.
/// </summary>
internal static class SipValidity
{
    public static SipReason Check(SipMessage message, SipLimits limits)
    {
        var fault = CheckSingles(message);
        if (fault != SipReason.None) return fault;
        if (!NameAddress.IsValidParty(message.First(SipHeaderId.From))) return SipReason.FromInvalid;
        if (!NameAddress.IsValidParty(message.First(SipHeaderId.To))) return SipReason.ToInvalid;
        if (!IsCallId(message.CallIdBytes)) return SipReason.CallIdInvalid;
        if (!CSeq.TryRead(message.First(SipHeaderId.CSeq), out var cseq, out var cseqMethod)) return SipReason.CSeqInvalid;
        message.CSeq = cseq;
        fault = CheckVias(message, limits);
        if (fault != SipReason.None) return fault;
        return message is SipRequest request ? CheckRequest(request, cseqMethod, limits) : SipReason.None;
    }

    private static SipReason CheckSingles(SipMessage message)
    {
        if (!message.Has(SipHeaderId.From) || !message.Has(SipHeaderId.To) || !message.Has(SipHeaderId.CallId)
            || !message.Has(SipHeaderId.CSeq) || !message.Has(SipHeaderId.Via))
        {
            return SipReason.HeaderMissing;
        }

        var isDoubled = message.Count(SipHeaderId.From) > 1 || message.Count(SipHeaderId.To) > 1 || message.Count(SipHeaderId.CallId) > 1
            || message.Count(SipHeaderId.CSeq) > 1 || message.Count(SipHeaderId.MaxForwards) > 1;
        return isDoubled ? SipReason.HeaderDuplicated : SipReason.None;
    }

    private static SipReason CheckVias(SipMessage message, SipLimits limits)
    {
        var count = 0;
        foreach (var value in message.All(SipHeaderId.Via))
        {
            if (count++ == 0 && !Via.IsValid(value)) return SipReason.ViaInvalid;
            if (count > limits.ViaMax) return SipReason.ViaTooMany;
        }

        return count == 0 ? SipReason.ViaInvalid : SipReason.None;
    }

    private static SipReason CheckRequest(SipRequest request, ReadOnlySpan<byte> cseqMethod, SipLimits limits)
    {
        if (!cseqMethod.SequenceEqual(request.MethodBytes)) return SipReason.CSeqMethodMismatch;
        if (!IsRequestUri(request.UriBytes)) return SipReason.RequestUriInvalid;
        if (request.Has(SipHeaderId.MaxForwards) && request.MaxForwards is null) return SipReason.MaxForwardsInvalid;
        if (request.Has(SipHeaderId.Expires) && request.ExpiresSeconds is null) return SipReason.ExpiresInvalid;
        return CheckAddresses(request, limits);
    }

    private static SipReason CheckAddresses(SipRequest request, SipLimits limits)
    {
        foreach (var value in request.All(SipHeaderId.Contact))
        {
            if (value is not [(byte)'*'] && !NameAddress.IsValid(value)) return SipReason.ContactInvalid;
        }

        var routes = 0;
        foreach (var value in request.All(SipHeaderId.RecordRoute))
        {
            if (++routes > limits.RouteMax || !NameAddress.IsValid(value)) return SipReason.RouteInvalid;
        }

        foreach (var value in request.All(SipHeaderId.Route))
        {
            if (++routes > 2 * limits.RouteMax || !NameAddress.IsValid(value)) return SipReason.RouteInvalid;
        }

        return SipReason.None;
    }

    private static bool IsRequestUri(ReadOnlySpan<byte> uri)
    {
        if (uri.IsEmpty || uri[0] == (byte)'<' || uri.IndexOfAny("<>\""u8) >= 0) return false;

        // RFC 3261 §19.1.1: headers are not for a Request-URI; obeying them would let a peer write headers into our own requests.
        return SipUriParts.TryRead(uri, out var parts) && !parts.HasHeaders;
    }

    private static bool IsCallId(ReadOnlySpan<byte> callId) => !callId.IsEmpty && callId.IndexOfAny((byte)' ', (byte)'\t') < 0;
}
