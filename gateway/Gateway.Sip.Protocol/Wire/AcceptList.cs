namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Accept (RFC 3261 §20.1). Absent is not empty: without the header the package's default applies (RFC 6665 §3.1.3), an empty one accepts nothing.
/// </summary>
public static class AcceptList
{
    public static IReadOnlyList<MediaType> Read(SipMessage message)
    {
        var list = new List<MediaType>();
        foreach (var value in message.All(SipHeaderId.Accept))
        {
            if (MediaType.TryRead(value, out var type)) list.Add(type);
        }

        return list;
    }

    /// <summary>Whether the sender can take a type; <paramref name="whenAbsent"/> answers when there is no Accept at all.</summary>
    public static bool Allows(SipMessage message, string mediaType, bool whenAbsent)
    {
        if (!message.Has(SipHeaderId.Accept)) return whenAbsent;
        if (!MediaType.TryRead(mediaType, out var wanted)) return false;
        foreach (var type in Read(message))
        {
            if (type.Covers(wanted)) return true;
        }

        return false;
    }
}
