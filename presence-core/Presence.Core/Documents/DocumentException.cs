namespace Presence.Core.Documents;

/// <summary>A stored document cannot be read: damaged, or written by a newer release. Never caused by a peer.</summary>
public sealed class DocumentException : Exception
{
    public DocumentException(string message)
        : base(message)
    {
    }

    public DocumentException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
