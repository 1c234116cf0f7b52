namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>Body of a NOTIFY, opaque to the machine; <see cref="Version"/> is the caller's, to know afterwards what the watcher has seen.</summary>
public sealed record NotifyContent(string ContentType, ReadOnlyMemory<byte> Body, long Version = 0)
{
    public static readonly NotifyContent Empty = new("", default);
}
