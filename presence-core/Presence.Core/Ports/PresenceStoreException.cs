namespace Presence.Core.Ports;

/// <summary>The store failed (disk, lock, newer format): a failure for an operator, with its cause. Whether a commit under way happened is told by its decision id.</summary>
public sealed class PresenceStoreException : Exception
{
    public PresenceStoreException(string message)
        : base(message)
    {
    }

    public PresenceStoreException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
