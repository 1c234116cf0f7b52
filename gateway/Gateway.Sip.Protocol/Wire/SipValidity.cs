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
        if (!NameAddress.IsValid(message.First(SipHeaderId.From))) return SipReason.FromInvalid;
        if (!NameAddress.IsValid(message.First(SipHeaderId.To))) return SipReason.ToInvalid;
        if (!IsCallId(message.CallIdBytes)) return SipReason.CallIdInvalid;
        if (!CSeq.TryRead(message.First(SipHeaderId.CSeq), out var cseq, out var cseqMethod)) return SipReason.CSeqInvalid;
        message.CSeq = cseq;
        fault = CheckVias(message, limits);
        if (fault != SipReason.None) return fault;
        return message is SipRequest request ? CheckRequest(request, cseqMethod, limits) : SipReason.None;
    }

    private static SipReason CheckSingles(SipMessage message)
    {
        int from = 0, to = 0, callId = 0, cseq = 0, via = 0, maxForwards = 0;
        for (var i = 0; i < message.HeaderCount; i++)
        {
            switch (message.HeaderAt(i).Id)
            {
                case SipHeaderId.From: from++; break;
                case SipHeaderId.To: to++; break;
                case SipHeaderId.CallId: callId++; break;
                case SipHeaderId.CSeq: cseq++; break;
                case SipHeaderId.Via: via++; break;
                case SipHeaderId.MaxForwards: maxForwards++; break;
                default: break;
            }
        }

        if (from == 0 || to == 0 || callId == 0 || cseq == 0 || via == 0) return SipReason.HeaderMissing;
        return from > 1 || to > 1 || callId > 1 || cseq > 1 || maxForwards > 1 ? SipReason.HeaderDuplicated : SipReason.None;
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
        return SipUri.IsValid(uri);
    }

    private static bool IsCallId(ReadOnlySpan<byte> callId) => !callId.IsEmpty && callId.IndexOfAny((byte)' ', (byte)'\t') < 0;
}
